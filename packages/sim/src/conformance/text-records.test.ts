import { describe, expect, it } from "vitest";
import { FieldReader, type Json, type JsonObject } from "./json.js";
import { runTextRecord } from "./text-records.js";

/** Paths at which our result differs from a record. */
function differences(record: JsonObject): string[] {
  const report = runTextRecord(new FieldReader({ rec: "text", ...record }, ""));
  return report.mismatches.flatMap((mismatch) => mismatch.differences.map((difference) => difference.path));
}

describe("a text record", () => {
  it("passes if the value and its printed form agree", () => {
    const ok = { canonical: "0A:00:00:00:00:01", bytes: "0a0000000001", is_group: false };
    expect(differences({ type: "mac", input: "a:0:0:0:0:1", ok })).toEqual([]);
    expect(differences({ type: "mac", input: "a:0:0:0:0:1", ok: { ...ok, canonical: "0a:00:00:00:00:01" } })).toEqual([
      "ok.canonical",
    ]);
    expect(differences({ type: "mac", input: "a:0:0:0:0:2", ok })).toEqual(["ok.canonical", "ok.bytes"]);
  });

  it("passes if both reject, for whatever reason", () => {
    expect(differences({ type: "mac", input: "a:b", err: "octet_count" })).toEqual([]);
    expect(differences({ type: "mac", input: "a:b", err: "bad_octet" })).toEqual([]);
  });

  it.each([
    ["router_class", "SYSTEM", { canonical: "System", value: "system" }],
    ["router_target", "IG", { canonical: "ig", kind: "internet_gateway", uuid: null }],
    ["router_target", "ip6=FD00::1", { canonical: "ip6=fd00::1", kind: "ip", ip: "fd00::1" }],
    ["router_target", "sub4=10.1.2.3/8", { canonical: "sub4=10.0.0.0/8", kind: "subnet", cidr: "10.0.0.0/8" }],
    ["fw_action", "Deny", { canonical: null, value: "deny" }],
    ["fw_hosts", "vni=7", { canonical: "7", hosts: "vni=7" }],
    ["fw_ports", "443,80", { canonical: "443", ports: [443, 80] }],
    [
      "fw_protocol",
      "icmp6:1,2-3",
      { canonical: "ICMP6:1,2-3", protocol: { name: "icmp6", icmp_type: 1, code_first: 2, code_last: 3 } },
    ],
    [
      "fw_rule",
      "dir=in action=allow priority=5 hosts=ip=1:0:0:2::3 port=22",
      {
        canonical: null,
        filters_canonical: "proto=ANY ports=22 hosts=1::2:0:0:0:3,",
        rule: {
          dir: "in",
          priority: 5,
          action: "allow",
          hosts: "ip=1:0:0:2::3",
          protocol: { name: "any" },
          ports: [22],
        },
      },
    ],
    ["replication", "both", { canonical: "Both", value: 2 }],
    [
      "source_filter",
      { mode: "include", sources: ["fd00::1", "10.0.0.1"] },
      { canonical: "INCLUDE(10.0.0.1, fd00::1)" },
    ],
  ] satisfies [string, Json, JsonObject][])("is run for %s", (type, input, ok) => {
    expect(differences({ type, input, ok })).toEqual([]);
    expect(differences({ type, input, ok: { ...ok, canonical: "other" } })).toEqual(["ok.canonical"]);
  });

  it("fails if only one of the two accepts", () => {
    expect(differences({ type: "vni", input: "7", err: "unparsable" })).toEqual(["err", "ok"]);
    expect(differences({ type: "vni", input: "x", ok: { canonical: "7" } })).toEqual(["ok", "err"]);
  });

  it("wants our printing of IPv6 to be RFC 5952", () => {
    const ok = { canonical: "1::2:0:0:0:3", bytes: "00010000000000020000000000000003", rfc5952: "1:0:0:2::3" };
    expect(differences({ type: "ipv6", input: "1:0:0:2:0:0:0:3", ok })).toEqual([]);
    expect(differences({ type: "ipv6", input: "1:0:0:2:0:0:0:3", ok: { ...ok, rfc5952: ok.canonical } })).toEqual([
      "ok.canonical",
    ]);
  });

  it("wants the reference's printing in other types in RFC 5952 form", () => {
    const bytes = "00010000000000020000000000000003";
    const ok = { canonical: "1::2:0:0:0:3/128", family: 6, network: "1::2:0:0:0:3", prefix_len: 128, bytes };
    expect(differences({ type: "ip_cidr", input: "1:0:0:2::3/128", ok })).toEqual([]);
  });

  it("wants numbers with a sign or leading zeros refused where the reference reads them", () => {
    const ok = { canonical: "10.0.0.1", bytes: "0a000001" };
    expect(differences({ type: "ipv4", input: "10.0.0.1", ok })).toEqual([]);
    expect(differences({ type: "ipv4", input: "010.0.0.1", ok })).toEqual([]);
    expect(differences({ type: "ipv4", input: "+10.0.0.1", ok })).toEqual([]);
  });

  it("wants IPv6 texts of RFC 4291 accepted where the reference refuses them", () => {
    expect(differences({ type: "ipv6", input: "1:2:3:4:5:6:7::", err: "invalid_ipv6" })).toEqual([]);
    expect(differences({ type: "ip_cidr", input: "::1.2.3.4/64", err: "invalid_cidr" })).toEqual([]);
    expect(differences({ type: "ipv6_cidr", input: "1:2:3:4:5:6:7::/129", err: "bad_ip" })).toEqual([]);
  });

  it("still wants refused what RFC 4291 does not allow", () => {
    expect(differences({ type: "ipv6", input: "fe80::1%eth0", err: "invalid_ipv6" })).toEqual([]);
    expect(differences({ type: "ipv6", input: "fe80::1", err: "invalid_ipv6" })).toEqual(["err", "ok"]);
  });

  it("of a type that cannot be run fails with that reason", () => {
    const report = runTextRecord(new FieldReader({ rec: "text", type: "sonnet", input: "o", err: "x" }, ""));
    expect(report.mismatches).toEqual([
      { where: "", problem: 'Not yet supported: text type "sonnet"', differences: [] },
    ]);
  });
});
