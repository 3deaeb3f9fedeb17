import { describe, expect, it } from "vitest";
import { explainReport } from "./explain.js";
import { runIoctlRecord } from "./ioctl-records.js";
import { FieldError, FieldReader, type JsonObject, parseJson } from "./json.js";

const REM_FW_RULE = {
  rec: "value",
  cmd: "RemFwRule",
  kind: "req",
  type: "RemFwRuleReq",
  serde_json: { port_name: "p", dir: "Out", id: 300 },
  postcard: "017001ac02",
};
const LAYOUT = {
  rec: "layout",
  struct: "OpteCmdIoctl",
  size: 72,
  align: 8,
  offsets: {
    api_version: 0,
    cmd: 8,
    flags: 16,
    reserved1: 24,
    req_bytes: 32,
    req_len: 40,
    resp_bytes: 48,
    resp_len: 56,
    resp_len_actual: 64,
  },
  API_VERSION: 41,
  XDE_IOC: 3732371200,
  XDE_IOC_OPTE_CMD: -562596095,
  XDE_IOC_OPTE_CMD_u32_hex: "de777701",
  OPTE_CMD_RESP_COPY_OUT: 1,
  GW_MAC_ADDR: "A8:40:25:FF:77:77",
  BOUNDARY_SERVICES_VNI: 99,
  DEFAULT_MULTICAST_VNI: 77,
};

/** What the report of a record says behind its title. */
function complaints(record: JsonObject): string[] {
  return explainReport(runIoctlRecord(new FieldReader(record, ""))).slice(1);
}

describe("a record of a body", () => {
  it("passes if value and bytes say the same", () => {
    expect(complaints(REM_FW_RULE)).toEqual([]);
  });

  it("fails in both directions if the value differs", () => {
    expect(complaints({ ...REM_FW_RULE, serde_json: { port_name: "p", dir: "Out", id: 301 } })).toEqual([
      "    postcard",
      '      expected "017001ac02"',
      '      actual   "017001ad02"',
      "    value.id",
      "      expected 301",
      "      actual   300",
    ]);
  });

  it("fails if the bytes cannot be decoded", () => {
    expect(complaints({ ...REM_FW_RULE, postcard: "017001ac" })).toEqual([
      '    Cannot decode field "id": the bytes end before it',
    ]);
  });

  it("fails if the value is none of the command's", () => {
    const serdeJson = { port_name: "p", dir: "Sideways", id: 300 };
    expect(complaints({ ...REM_FW_RULE, serde_json: serdeJson })).toEqual([
      '    Cannot decode field "dir": the JSON is not one of In, Out',
    ]);
  });

  it("is malformed if its command has no request", () => {
    expect(() => complaints({ ...REM_FW_RULE, cmd: "ListPorts" })).toThrow(FieldError);
  });

  it("keeps numbers whole that JavaScript rounds", () => {
    const record = (postcard: string): FieldReader =>
      new FieldReader(
        parseJson(
          `{"rec":"value","cmd":"ClearUft","kind":"resp","serde_json":{"unused":18446744073709551613},"postcard":"${postcard}"}`,
        ),
        "",
      );
    expect(runIoctlRecord(record("fdffffffffffffffff01")).mismatches).toEqual([]);
    expect(runIoctlRecord(record("fcffffffffffffffff01")).mismatches).toHaveLength(1);
  });
});

describe("a record of an error", () => {
  const record = {
    rec: "error",
    cmd: null,
    kind: "resp",
    type: "OpteError",
    serde_json: { System: { errno: 17, msg: "x" } },
    errno: 17,
    postcard: "16220178",
  };

  it("passes if value, bytes and error number say the same", () => {
    expect(complaints(record)).toEqual([]);
  });

  it("fails if the error number differs", () => {
    expect(complaints({ ...record, errno: 18 })[0]).toBe("    errno");
  });
});

describe("the record of a command", () => {
  it("passes if the number is ours, whether or not the reference's own check knows it", () => {
    expect(complaints({ rec: "command", cmd: "AttachSubnet", number: 92, try_from_accepts: false })).toEqual([]);
  });

  it("fails if the number differs", () => {
    expect(complaints({ rec: "command", cmd: "AttachSubnet", number: 93 })[0]).toBe("    number");
  });
});

describe("the record of the layout", () => {
  it("passes if every field stands where it should", () => {
    expect(complaints(LAYOUT)).toEqual([]);
  });

  it("fails if one does not", () => {
    const offsets = { ...LAYOUT.offsets, resp_len: 60 };
    expect(complaints({ ...LAYOUT, offsets })[0]).toBe("    offsets.resp_len");
  });
});
