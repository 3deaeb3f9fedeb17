import { IpCidr, MacAddr, OPTE_ERROR_KINDS, OpteError, type OpteErrorPayload, Vni } from "./index.js";
import { describe, expect, it } from "vitest";

const msg = "some text";

/** One error of each kind with its number on the wire and its errno (spec 05 §7). */
const ALL: readonly [index: number, errno: number, payload: OpteErrorPayload][] = [
  [0, 71, { kind: "BadApiVersion", user: 40, kernel: 41 }],
  [1, 22, { kind: "BadLayerPos", layer: "nat", pos: "Last" }],
  [2, 22, { kind: "BadName" }],
  [3, 22, { kind: "BadState", msg: "ready" }],
  [4, 14, { kind: "CopyinReq" }],
  [5, 14, { kind: "CopyoutResp" }],
  [6, 35, { kind: "DeserCmdErr", msg }],
  [7, 35, { kind: "DeserCmdReq", msg }],
  [8, 17, { kind: "FlowExists", msg }],
  [9, 22, { kind: "InvalidRouterEntry", dest: IpCidr.parse("10.0.0.0/8"), target: "ip6=fd00::1" }],
  [10, 22, { kind: "InvalidUnderlayMulticast", msg }],
  [11, 2, { kind: "LayerNotFound", layer: "nope" }],
  [12, 17, { kind: "MacExists", port: "g1", vni: Vni.of(99), mac: MacAddr.parse("a8:40:25:fa:fa:37") }],
  [13, 23, { kind: "MaxCapacity", limit: 8096 }],
  [14, 22, { kind: "NoRequestBody" }],
  [15, 22, { kind: "PortCreate", msg }],
  [16, 17, { kind: "PortExists", port: "g1" }],
  [17, 2, { kind: "PortNotFound", port: "g1" }],
  [18, 132, { kind: "RespTooLarge", needed: 70000, given: 16384 }],
  [19, 2, { kind: "RuleNotFound", id: 300 }],
  [20, 35, { kind: "SerCmdErr", msg }],
  [21, 35, { kind: "SerCmdResp", msg }],
  [22, -1, { kind: "System", errno: -1, msg }],
  [23, 22, { kind: "InvalidIpCfg" }],
];

describe("OpteError", () => {
  it.each(ALL)("has the wire number %i and errno %i: %o", (index, errno, payload) => {
    const error = new OpteError(payload);
    expect(error).toMatchObject({ name: "OpteError", kind: payload.kind, payload, index, errno });
  });

  it("has every kind of the protocol", () => {
    expect(ALL.map(([, , payload]) => payload.kind)).toEqual(OPTE_ERROR_KINDS);
  });

  it("says everything it knows in one sentence without a final period", () => {
    for (const [, , payload] of ALL) {
      const { message } = new OpteError(payload);
      expect(message).toMatch(/^[A-Z].*[^.]$/);
      for (const [field, value] of Object.entries(payload)) {
        if (field !== "kind") expect(message).toContain(String(value));
      }
    }
  });

  it("quotes names", () => {
    expect(new OpteError({ kind: "PortNotFound", port: "opte7" }).message).toBe('Port "opte7" does not exist');
    expect(String(new OpteError({ kind: "LayerNotFound", layer: 'a"b' }))).toBe(
      'OpteError: Layer "a\\"b" does not exist',
    );
  });
});
