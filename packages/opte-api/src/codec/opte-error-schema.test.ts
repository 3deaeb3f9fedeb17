// Errors in the reference's binary form (spec 05 §3, §7).

import { describe, expect, it } from "vitest";
import { codecFault } from "../../test/codec-errors.js";
import { hex, hexOf } from "../../test/hex.js";
import { IpCidr } from "../ip-cidr.js";
import { MacAddr } from "../mac-addr.js";
import { OPTE_ERROR_KINDS, OpteError, type OpteErrorPayload } from "../opte-error.js";
import { Vni } from "../vni.js";
import { opteError } from "./opte-error-schema.js";
import { decodePostcard } from "./postcard-reader.js";
import { encodePostcard } from "./postcard-writer.js";

const PAYLOADS: readonly (readonly [OpteErrorPayload, string])[] = [
  [{ kind: "BadApiVersion", user: 1, kernel: 41 }, "00 01 29"],
  [{ kind: "BadLayerPos", layer: "nat", pos: "Last" }, "01 036e6174 044c617374"],
  [{ kind: "BadName" }, "02"],
  [{ kind: "BadState", msg: "x" }, "03 0178"],
  [{ kind: "CopyinReq" }, "04"],
  [{ kind: "CopyoutResp" }, "05"],
  [{ kind: "DeserCmdErr", msg: "x" }, "06 0178"],
  [{ kind: "DeserCmdReq", msg: "x" }, "07 0178"],
  [{ kind: "FlowExists", msg: "x" }, "08 0178"],
  [{ kind: "InvalidRouterEntry", dest: IpCidr.parse("10.0.0.0/8"), target: "x" }, "09 000a00000008 0178"],
  [{ kind: "InvalidUnderlayMulticast", msg: "x" }, "0a 0178"],
  [{ kind: "LayerNotFound", layer: "x" }, "0b 0178"],
  [
    { kind: "MacExists", port: "x", vni: Vni.of(99), mac: MacAddr.parse("a8:40:25:ff:00:01") },
    "0c 0178 000063 a84025ff0001",
  ],
  [{ kind: "MaxCapacity", limit: 300 }, "0d ac02"],
  [{ kind: "NoRequestBody" }, "0e"],
  [{ kind: "PortCreate", msg: "x" }, "0f 0178"],
  [{ kind: "PortExists", port: "x" }, "10 0178"],
  [{ kind: "PortNotFound", port: "opte7" }, "11 056f70746537"],
  [{ kind: "RespTooLarge", needed: 300, given: 1 }, "12 ac02 01"],
  [{ kind: "RuleNotFound", id: 300 }, "13 ac02"],
  [{ kind: "SerCmdErr", msg: "x" }, "14 0178"],
  [{ kind: "SerCmdResp", msg: "x" }, "15 0178"],
  [{ kind: "System", errno: 17, msg: "x" }, "16 22 0178"],
  [{ kind: "InvalidIpCfg" }, "17"],
];

describe("an error", () => {
  it.each(PAYLOADS)("is written as its number and what belongs to it: $kind", (payload, bytes) => {
    expect(hexOf(encodePostcard(opteError, new OpteError(payload)))).toBe(bytes.replaceAll(" ", ""));
    const decoded = decodePostcard(opteError, hex(bytes));
    expect(decoded).toBeInstanceOf(OpteError);
    expect(decoded.payload).toEqual(payload);
  });

  it("of every kind is among those", () => {
    expect(PAYLOADS.map(([payload]) => payload.kind)).toEqual(OPTE_ERROR_KINDS);
  });

  it("of an unknown kind is refused", () => {
    expect(codecFault(() => decodePostcard(opteError, hex("18")))).toEqual(["bad_tag", ""]);
  });
});
