// Requests and answers byte by byte, as the reference writes them (spec 05 §3).

import { Ipv4Addr, Ipv4Cidr, Ipv6Addr, IpAddr, IpCidr, MacAddr, MulticastUnderlay, PortRange, Vni } from "opte-api";
import { CodecError, decodePostcard, encodePostcard, type Schema } from "opte-api/codec";
import { describe, expect, it } from "vitest";
import { FirewallRule } from "../firewall-rule.js";
import type { CreateXdeReq } from "../port-requests.js";
import { RouterTarget } from "../router-target.js";
import { NO_DHCP_OPTIONS } from "../vpc-cfg.js";
import { firewallRule } from "./firewall-schemas.js";
import { routerTarget, uuid } from "./router-schemas.js";
import { XDE_COMMANDS } from "./vpc-commands.js";

const ZEROS = "00".repeat(13);
const FD00_1 = `fd0000 ${ZEROS.slice(2)}01`;
const FF04_1 = `ff0400 ${ZEROS.slice(2)}01`;
const FD44_1 = `fd4400 ${ZEROS.slice(2)}01`;
const UUID = "70fe3a70-9b0b-4a2d-a5de-2d4c2d0d0c05";

const v4 = (text: string): Ipv4Addr => Ipv4Addr.parse(text);
const v6 = (text: string): Ipv6Addr => Ipv6Addr.parse(text);

const CREATE: CreateXdeReq = {
  linkid: 7,
  xdeDevname: "opte0",
  cfg: {
    ipCfg: {
      ipv4: {
        vpcSubnet: Ipv4Cidr.parse("10.0.0.0/24"),
        privateIp: v4("10.0.0.5"),
        gatewayIp: v4("10.0.0.1"),
        externalIps: { snat: { externalIp: v4("1.2.3.4"), ports: new PortRange(1000, 2000) }, floatingIps: [] },
        attachedSubnets: [],
        transitIps: [],
      },
    },
    guestMac: MacAddr.parse("a8:40:25:ff:00:01"),
    gatewayMac: MacAddr.parse("a8:40:25:00:00:01"),
    vni: Vni.of(1000),
    physIp: v6("fd44::1"),
    dhcp: NO_DHCP_OPTIONS,
  },
};
const CREATE_BYTES =
  "07 056f70746530 00 0a00000018 0a000005 0a000001 01 01020304 e807 d00f 00 00 00 00 " +
  `a84025ff0001 a84025000001 0003e8 ${FD44_1} 00 00 00 00 00`;

describe("requests", () => {
  it("to list layers", () => {
    expectBytes(XDE_COMMANDS.ListLayers.request, { portName: "opte0" }, "056f70746530");
  });

  it("to set the underlay", () => {
    expectBytes(XDE_COMMANDS.SetXdeUnderlay.request, { u1: "cxgbe0", u2: "cxgbe1" }, "06637867626530 06637867626531");
  });

  it("to create a port, with and without an MTU", () => {
    expectBytes(XDE_COMMANDS.CreateXde.request, CREATE, `${CREATE_BYTES} 00`);
    expectBytes(XDE_COMMANDS.CreateXde.request, { ...CREATE, mtu: 8500 }, `${CREATE_BYTES} 01 b442`);
  });

  it("to map an address to a guest", () => {
    const phys = { ether: MacAddr.parse("a8:40:25:ff:00:01"), ip: v6("fd00::1"), vni: Vni.of(99) };
    expectBytes(
      XDE_COMMANDS.SetVirt2Phys.request,
      { vip: v4("10.0.0.5"), phys },
      `00 0a000005 a84025ff0001 ${FD00_1} 000063`,
    );
  });

  it("to map a prefix to the boundary", () => {
    const tep = [{ ip: v6("fd00::1"), vni: Vni.of(99) }];
    expectBytes(
      XDE_COMMANDS.SetVirt2Boundary.request,
      { vip: IpCidr.parse("0.0.0.0/0"), tep },
      `00 00000000 00 01 ${FD00_1} 000063`,
    );
  });

  it("to add a route", () => {
    expectBytes(
      XDE_COMMANDS.AddRouterEntry.request,
      { portName: "p", dest: IpCidr.parse("0.0.0.0/0"), target: { kind: "internetGateway" }, class: "system" },
      "0170 00 00000000 00 0100 00",
    );
  });

  it("to map a group to the underlay", () => {
    expectBytes(
      XDE_COMMANDS.SetMcast2Phys.request,
      { group: v4("224.1.2.3"), underlay: MulticastUnderlay.parse("ff04::1") },
      `00 e0010203 ${FF04_1}`,
    );
  });

  it("to forward multicast", () => {
    const nextHop = { addr: v6("fd00::1"), vni: Vni.of(77) };
    expectBytes(
      XDE_COMMANDS.SetMcastForwarding.request,
      {
        underlay: MulticastUnderlay.parse("ff04::1"),
        nextHops: [{ nextHop, replication: "both", sourceFilter: { kind: "exclude", sources: [] } }],
      },
      `${FF04_1} 01 ${FD00_1} 00004d 02 01 00`,
    );
  });

  it("to subscribe to a group", () => {
    expectBytes(
      XDE_COMMANDS.McastSubscribe.request,
      { portName: "opte0", group: IpAddr.parse("224.1.2.3"), filter: { kind: "exclude", sources: [] } },
      "056f70746530 00 e0010203 01 00",
    );
  });

  it("to set external addresses", () => {
    expectBytes(
      XDE_COMMANDS.SetExternalIps.request,
      { portName: "p", externalIpsV4: { floatingIps: [] } },
      "0170 01 00 00 00 00 00",
    );
  });

  it("to let a prefix pass", () => {
    expectBytes(
      XDE_COMMANDS.AllowCidr.request,
      { portName: "p", cidr: IpCidr.parse("10.0.0.0/8"), dir: "out" },
      "0170 00 0a000000 08 01",
    );
  });

  it("to remove a firewall rule", () => {
    expectBytes(XDE_COMMANDS.RemFwRule.request, { portName: "p", dir: "out", id: 300 }, "0170 01 ac02");
  });
});

describe("answers", () => {
  it("with nothing to say", () => {
    expectBytes(XDE_COMMANDS.DeleteXde.response, { unused: 0 }, "00");
  });

  it("to taking away a prefix", () => {
    const { response } = XDE_COMMANDS.RemoveCidr;
    expectBytes(response, { kind: "ok", cidr: IpCidr.parse("10.0.0.0/24") }, "00 00 0a00000018");
    expectBytes(response, { kind: "notFound" }, "01");
  });
});

describe("parts of requests", () => {
  it.each([
    ["drop", "00"],
    ["ig", "0100"],
    [`ig=${UUID}`, "0101 10 70fe3a709b0b4a2da5de2d4c2d0d0c05"],
    ["ip4=10.0.0.5", "02 00 0a000005"],
    ["sub4=10.0.0.0/24", "03 00 0a00000018"],
  ])("have the router target %s", (text, bytes) => {
    expectBytes(routerTarget, RouterTarget.parse(text), bytes);
  });

  it.each([
    ["dir=in action=allow priority=300", "00 00 00 00 00 ac02"],
    [
      "dir=in action=deny priority=10 hosts=ip=10.0.0.1 protocol=icmp6:22,11-15 port=22,443",
      "00 02 00 0a000001 05 01 16 01 0b 0f 01 02 16 bb03 01 0a",
    ],
  ])("have the firewall rule %s", (line, bytes) => {
    expectBytes(firewallRule, FirewallRule.parse(line), bytes);
  });

  it.each([
    [1, "00"],
    [2, "01"],
    [6, "02"],
    [17, "03"],
    [58, "04"],
    [132, "05 84"],
  ])("have the IP protocol %i", (protocol, bytes) => {
    const rule = FirewallRule.parse("dir=in action=allow priority=0");
    const filters = { ...rule.filters, protocol: { kind: "other", protocol } as const };
    expectBytes(firewallRule, { ...rule, filters }, `00 00 06 ${bytes} 00 00 00`);
  });

  it("are read alike if a protocol with a name comes by its number", () => {
    const named = decodePostcard(firewallRule, hex("00 00 06 02 00 00 00"));
    expect(decodePostcard(firewallRule, hex("00 00 06 05 06 00 00 00"))).toEqual(named);
  });

  it("are refused with a UUID of more or fewer than sixteen bytes, naming it", () => {
    expect(() => decodePostcard(uuid, hex("0f 70fe3a709b0b4a2da5de2d4c2d0d0c"))).toThrow(CodecError);
    expect(() =>
      decodePostcard(XDE_COMMANDS.AddRouterEntry.request, hex("0170 00 00000000 00 01 01 01 ff 00")),
    ).toThrow(/"target\.uuid"/);
  });

  it("are refused with ICMP codes whose first is above their last, naming them", () => {
    const req = "0170 00 02 00 0a000001 05 01 16 01 0f 0b 01 02 16 bb03 01 0a";
    expect(() => decodePostcard(XDE_COMMANDS.AddFwRule.request, hex(req))).toThrow(
      /"rule\.filters\.protocol\.filter\.codes"/,
    );
  });

  it("are refused with a prefix too long for its family, naming it", () => {
    expect(() => decodePostcard(XDE_COMMANDS.AllowCidr.request, hex("0170 00 0a000000 28 01"))).toThrow(
      'Cannot decode field "cidr": IPv4 prefix length 40 is not an integer from 0 to 32',
    );
  });
});

function expectBytes<T>(schema: Schema<T>, value: NoInfer<T>, bytes: string): void {
  expect(Buffer.from(encodePostcard(schema, value)).toString("hex")).toBe(bytes.replaceAll(" ", ""));
  expect(decodePostcard(schema, hex(bytes))).toEqual(value);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}
