import { IpAddr, IpCidr, Ipv6Addr, MulticastUnderlay, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { ACK, encapsulate, hex, ipFrame, readTunnel, SYN, tcp, udp, unhex } from "../../test/frames.js";
import { Bench, BOUNDARY, G1, G2 } from "../../test/vpc-bench.js";

/** Complete frames recorded from the reference (spec 04 §9.5). */
const MULTICAST_FRAME =
  "3333e001020300000000000086dd6000000000421180fd00000000f701010000000000000001ff0400000000000000000000e0010203280317c1004200000200655800004d00012901010000000001005e010203a84025fafa3708004500001c000000008011aca9ac1e0005e001020300010002000871b3";
const SYN_FRAME =
  "00000000000000000000000086dd6000000000621180fd00000000f701010000000000000001fd00000000f70116000000000000000125b717c1006200000200655813a59d000129020100000000a84025f00066a84025fafa3708004500003c0a6600004006180fac1e0005ac1e0006adca00508dfc28d3000000005002faf0ab860000020405b40402080a09b42aa90000000001030301";

/** What the guest has sent for a recorded frame: the inner frame, to its gateway. */
function guestFrame(recorded: string, innerAt: number): Uint8Array {
  const frame = unhex(recorded).slice(innerAt);
  frame.set(unhex("a84025ff7777"), 0);
  return frame;
}

describe("encapsulation towards a guest", () => {
  it("is the reference's to the byte (guest_to_guest)", () => {
    const bench = new Bench().knows(G2);
    const { text, frame } = bench.process("out", guestFrame(SYN_FRAME, 78));
    expect(text).toBe("modified");
    expect(hex(frame)).toBe(SYN_FRAME);
  });

  it("names the sled, the VPC and the guest, with the flow's hash as source port (guest_to_guest)", () => {
    const bench = new Bench().knows(G2);
    const sent = bench.sent("172.30.0.6", tcp(44490, 80, SYN));
    expect(sent).toMatchObject({
      outerDstMac: "00:00:00:00:00:00",
      src: "fd00:0:f7:101::1",
      dst: "fd00:0:f7:116::1",
      hopLimit: 128,
      entropy: 9655,
      udpChecksum: 0,
      vni: 1287581,
      options: ["0129/02 00000000"],
    });
    expect(sent.inner).toMatchObject({ dstMac: G2.mac.toString(), srcMac: G1.mac.toString(), isSound: true });
  });

  it("carries no option for UDP", () => {
    expect(new Bench().knows(G2).sent("172.30.0.6", udp(1, 2)).options).toEqual([]);
  });

  it("is the same from the flow table", () => {
    const bench = new Bench().knows(G2);
    const first = bench.send("172.30.0.6", udp(1, 2, [3]));
    expect(bench.send("172.30.0.6", udp(1, 2, [3]))).toEqual(first);
  });

  it("is refused to a guest of another VPC (guest_to_guest_diff_vpc_no_peer)", () => {
    const bench = new Bench().knows({ ...G2, vni: Vni.of(99) });
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("drop overlay action");
  });

  it("arrives as it was, from the gateway's MAC address (guest_to_guest)", () => {
    const bench = new Bench().knows(G2);
    const other = new Bench({ guest: G2 });
    const { frame } = bench.send("172.30.0.6", tcp(44490, 80, SYN));
    other.rules("dir=in action=allow priority=1");
    const { text, frame: arrived } = other.process("in", frame);
    expect(text).toBe("modified");
    const sent = readTunnel(frame).inner.bytes;
    expect(hex(arrived)).toBe(hex(sent).replace(hex(G1.mac.bytes), "a84025ff7777"));
  });
});

describe("encapsulation towards the outside", () => {
  it("goes to boundary services", () => {
    const sent = new Bench().routeOut().sent("8.8.8.8", tcp(1, 2, SYN));
    expect(sent).toMatchObject({ dst: BOUNDARY.toString(), vni: 99, options: [] });
    expect(sent.inner.dstMac).toBe("A8:40:25:77:77:77");
  });

  it("chooses among endpoints by the flow's hash, always the same for a flow", () => {
    const bench = new Bench().routeOut();
    const tep = (text: string) => ({ ip: Ipv6Addr.parse(text), vni: Vni.of(99) });
    bench.mappings.v2b.add(IpCidr.parse("0.0.0.0/0"), [tep("fd00:99::2"), tep("fd00:99::3")]);
    const chosen = Array.from({ length: 32 }, (_, port) => bench.sent("8.8.8.8", udp(1000 + port, 53)).dst);
    expect(new Set(chosen).size).toBe(3);
    expect(Array.from({ length: 32 }, (_, port) => bench.sent("8.8.8.8", udp(1000 + port, 53)).dst)).toEqual(chosen);
  });

  it("is refused where a prefix has no endpoint, which stops the reference", () => {
    const bench = new Bench().routeOut();
    bench.mappings.v2b.add(IpCidr.parse("9.0.0.0/8"), []);
    expect(bench.send("9.9.9.9", udp(1, 2)).text).toBe("drop overlay action");
    expect(bench.send("8.8.8.8", udp(1, 2)).text).toBe("modified");
  });

  it("is refused where no prefix fits", () => {
    const bench = new Bench().routeOut();
    bench.mappings.v2b.remove(IpCidr.parse("0.0.0.0/0"), [{ ip: BOUNDARY, vni: Vni.of(99) }]);
    expect(bench.send("8.8.8.8", udp(1, 2)).text).toBe("drop overlay action");
  });
});

describe("multicast", () => {
  const withGroups = (): Bench => {
    const bench = new Bench();
    bench.mappings.m2p.set(IpAddr.parse("224.1.2.3"), MulticastUnderlay.parse("ff04::e001:203"));
    bench.mappings.m2p.set(IpAddr.parse("ff0e::1"), MulticastUnderlay.parse("ff04::7"));
    return bench;
  };

  it("is the reference's to the byte", () => {
    const { frame } = withGroups().process("out", guestFrame(MULTICAST_FRAME, 78));
    expect(hex(frame)).toBe(MULTICAST_FRAME);
  });

  it("goes to the underlay group in the one VNI of multicast (test_ipv6_multicast_encapsulation)", () => {
    const sent = withGroups().sent("ff0e::1", udp(1, 2));
    expect(sent).toMatchObject({
      outerDstMac: "33:33:00:00:00:07",
      dst: "ff04::7",
      vni: 77,
      options: ["0129/01 00000000"],
    });
    expect(sent.inner.dstMac).toBe("33:33:00:00:00:01");
  });

  it("is never TCP (test_tcp_multicast_denied)", () => {
    expect(withGroups().send("224.1.2.3", tcp(1, 2, SYN)).text).toBe("drop overlay action");
  });

  it("of a group that nobody has mapped is refused", () => {
    expect(withGroups().send("224.9.9.9", udp(1, 2)).text).toBe("drop overlay action");
  });

  it("comes in only where a firewall rule lets it", () => {
    const bench = new Bench();
    const receive = () => {
      const macs = { dst: IpAddr.parse("224.1.2.3").multicastMac(), src: G2.mac };
      const frame = ipFrame(macs, G2.ip4, IpAddr.parse("224.1.2.3"), udp(1, 2));
      return bench.process("in", encapsulate(frame, { src: G2.physIp, dst: G1.physIp, vni: 77 })).text;
    };
    expect(receive()).toBe("drop firewall default");
    bench.rules("dir=in action=allow priority=1 protocol=udp");
    expect(receive()).toBe("modified");
  });
});

describe("the tunnel's options", () => {
  const receive = (tunnel: Omit<Parameters<typeof encapsulate>[1], "src" | "dst" | "vni">): string => {
    const frame = ipFrame({ dst: G1.mac, src: G2.mac }, G2.ip4, G1.ip4, tcp(1, 22, ACK | SYN));
    const { text } = new Bench().process(
      "in",
      encapsulate(frame, { src: G2.physIp, dst: G1.physIp, vni: G1.vni, ...tunnel }),
    );
    return text;
  };

  it("may be unknown unless they are critical (test_drop_on_unknown_critical_option, unknown_crit_option_fails)", () => {
    expect(receive({ hasCritical: true, options: [[0xffff, 0x00, []]] })).toBe("modified");
    expect(receive({ hasCritical: true, options: [[0xffff, 0x80, []]] })).toBe("parse_error");
    expect(receive({ hasCritical: true, options: [[0x0129, 0x85, []]] })).toBe("parse_error");
  });

  it("stand where they are behind extension headers too (test_v6_ext_hdr_geneve_offset_ok)", () => {
    const bench = new Bench();
    bench.rules(`dir=in action=allow priority=1 hosts=vni=${G1.vni}`);
    const frame = ipFrame({ dst: G1.mac, src: G2.mac }, G2.ip4, G1.ip4, udp(1, 2));
    const tunnel = {
      src: G2.physIp,
      dst: G1.physIp,
      vni: G1.vni,
      extensions: { first: 0, bytes: [17, 0, 1, 4, 0, 0, 0, 0] },
    };
    expect(bench.process("in", encapsulate(frame, { ...tunnel, options: [[0x0129, 0, []]] })).text).toBe(
      "drop firewall default",
    );
    expect(bench.process("in", encapsulate(frame, tunnel)).text).toBe("modified");
  });
});
