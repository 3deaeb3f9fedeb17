import { PortConfigError } from "oxide-vpc/api";
import { describe, expect, it } from "vitest";
import { configJson } from "../../test/replay-inputs.js";
import { parseReplayConfig } from "./replay-config.js";

describe("the configuration of a replay", () => {
  it("is that of a port with boundary services", () => {
    const { name, boundaryServices } = parseReplayConfig(configJson());
    expect([name, String(boundaryServices.ip), boundaryServices.vni]).toEqual(["opte0", "fd00:99::1", 1_287_581]);
  });

  it("says which field is missing when the boundary services are", () => {
    const rest = configJson();
    delete rest["boundaryServices"];
    expect(() => parseReplayConfig(rest)).toThrow(PortConfigError);
    expect(() => parseReplayConfig(rest)).toThrow(/boundaryServices: Expected the address, VNI and MAC address/);
  });

  it.each([[null], [[]], ["text"], [7]])("refuses %j", (json) => {
    expect(() => parseReplayConfig(json)).toThrow(PortConfigError);
  });
});
