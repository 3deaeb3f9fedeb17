// Commands about the mappings that all ports share (spec 05 §6).

import type { XdeCommands } from "oxide-vpc/api";
import type { CommandHandlers } from "../../ioctl/handlers.js";
import type { Sled } from "../sled.js";
import { noResp } from "./no-resp.js";

export type MappingHandlers = Pick<
  CommandHandlers<XdeCommands>,
  "SetVirt2Phys" | "ClearVirt2Phys" | "DumpVirt2Phys" | "SetVirt2Boundary" | "ClearVirt2Boundary" | "DumpVirt2Boundary"
>;

export function mappingHandlers({ mappings: { v2p, v2b } }: Sled): MappingHandlers {
  return {
    SetVirt2Phys: noResp(({ vip, phys }) => {
      v2p.set(vip, phys);
    }),
    ClearVirt2Phys: noResp(({ vip, phys }) => {
      v2p.remove(phys.vni, vip);
    }),
    DumpVirt2Phys: () => v2p.dump(),
    SetVirt2Boundary: noResp(({ vip, tep }) => {
      v2b.add(vip, tep);
    }),
    ClearVirt2Boundary: noResp(({ vip, tep }) => {
      v2b.remove(vip, tep);
    }),
    DumpVirt2Boundary: () => v2b.dump(),
  };
}
