import { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { squeeze, toHex } from "../../test/hairpin-frames.js";
import type { GeneveOption, Ipv6Extension } from "./header-transform.js";
import { encapLen, extensionLen, ipHeaderLen, writeEncap, writeEther, writeIp } from "./pushed-header.js";

type Options = Ipv6Extension["options"];

/** What `write` leaves in `length` bytes of a used buffer. */
function written(length: number, write: (bytes: Uint8Array, at: number) => void): string {
  const bytes = new Uint8Array(length + 2).fill(0xee);
  write(bytes, 1);
  expect([bytes[0], bytes[length + 1]]).toEqual([0xee, 0xee]);
  return toHex(bytes.subarray(1, length + 1));
}

function extensions(...list: Ipv6Extension[]): string {
  const header = { version: 6, src: Ipv6Addr.ANY, dst: Ipv6Addr.ANY, protocol: 17, extensions: list } as const;
  const length = ipHeaderLen(header);
  return written(length, (bytes, at) => writeIp(bytes, at, header, 0)).slice(80);
}

function destinationOptions(...options: Options): string {
  return extensions({ kind: "destinationOptions", options });
}

describe("pushed Ethernet and IP headers", () => {
  it("have 14, 20 and 40 bytes, each of them written (ether emit, ip/v4 emit, ip/v6 emit)", () => {
    const ether = { dst: MacAddr.BROADCAST, src: MacAddr.fromWords(1, 2), etherType: 0x86dd };
    expect(written(14, (bytes, at) => writeEther(bytes, at, ether))).toBe(squeeze("ffffffffffff 000100000002 86dd"));
    const ip4 = { version: 4, src: Ipv4Addr.LOCALHOST, dst: Ipv4Addr.BROADCAST, protocol: 17 } as const;
    expect(written(20, (bytes, at) => writeIp(bytes, at, ip4, 100))).toBe(
      squeeze("4500 0078 0000 0000 8011 0000 7f000001 ffffffff"),
    );
    const ip6 = { version: 6, src: Ipv6Addr.LOCALHOST, dst: Ipv6Addr.ALL_NODES, protocol: 17 } as const;
    expect(written(40, (bytes, at) => writeIp(bytes, at, ip6, 100))).toBe(
      `6000000000641180${toHex(Ipv6Addr.LOCALHOST.bytes)}${toHex(Ipv6Addr.ALL_NODES.bytes)}`,
    );
  });

  it("have the three IPv4 flags of their record", () => {
    const ip4 = { version: 4, src: Ipv4Addr.ANY, dst: Ipv4Addr.ANY, protocol: 17, flags: 7 } as const;
    expect(written(20, (bytes, at) => writeIp(bytes, at, ip4, 0)).slice(12, 16)).toBe("e000");
  });
});

describe("pushed IPv6 extension headers (extension_push_spec, push_spec)", () => {
  it("are padded to eight bytes: by PADN, by PAD1 where one byte is missing, or not at all", () => {
    expect(destinationOptions()).toBe("1100010400000000");
    expect(destinationOptions({ type: 0x1e, data: Uint8Array.of(1, 2, 3) })).toBe("11001e0301020300");
    expect(destinationOptions({ type: 0x1e, data: Uint8Array.of(1, 2) })).toBe("11001e0201020100");
    expect(destinationOptions({ type: 0x1e, data: Uint8Array.of(1, 2, 3, 4) })).toBe("11001e0401020304");
    expect(destinationOptions({ type: 0x1e, data: Uint8Array.of(1, 2, 3, 4, 5) })).toBe(
      "11011e0501020304050105" + "0000000000",
    );
  });

  it("write PAD1 as one byte", () => {
    expect(destinationOptions({ type: 0, data: new Uint8Array(0) })).toBe("1100000103000000");
  });

  it("name each other and the protocol as next header", () => {
    const none: Options = [];
    expect(
      extensions({ kind: "hopByHop", options: none }, { kind: "destinationOptions", options: none }).match(/../g),
    ).toEqual(["3c", "00", "01", "04", "00", "00", "00", "00", "11", "00", "01", "04", "00", "00", "00", "00"]);
    expect(extensionLen({ kind: "hopByHop", options: [{ type: 5, data: new Uint8Array(255) }] })).toBe(264);
  });
});

describe("pushed Geneve headers (geneve emit_no_opts, emit_single_opt)", () => {
  const encap = (...options: GeneveOption[]): string => {
    const header = { entropy: 7777, vni: Vni.of(7777), options };
    return written(encapLen(header), (bytes, at) => writeEncap(bytes, at, header, 100));
  };

  it("have 16 bytes without options, UDP included (vni_round_trip)", () => {
    expect(encap()).toBe(squeeze("1e61 17c1 0074 0000 0000 6558 001e61 00"));
  });

  it("have four bytes more for an option without data", () => {
    expect(encap({ class: 0x0129, type: 0, data: new Uint8Array(0) })).toBe(
      squeeze("1e61 17c1 0078 0000 0100 6558 001e61 00 0129 00 00"),
    );
  });
});
