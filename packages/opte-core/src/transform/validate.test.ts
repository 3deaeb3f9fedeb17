import { Errno, Ipv4Addr, Ipv6Addr, OpteError, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import type { HeaderTransform, Ipv6Extension } from "./header-transform.js";
import { validateTransform } from "./validate.js";

type Options = Ipv6Extension["options"];

function geneve(...dataLengths: number[]): HeaderTransform {
  const options = dataLengths.map((length) => ({ class: 1, type: 2, data: new Uint8Array(length) }));
  return { name: "", outerEncap: { kind: "push", header: { entropy: 0, vni: Vni.of(0), options } } };
}

function ipv6(...extensions: Ipv6Extension[]): HeaderTransform {
  const header = { version: 6, src: Ipv6Addr.ANY, dst: Ipv6Addr.ANY, protocol: 17, extensions } as const;
  return { name: "", outerIp: { kind: "push", header } };
}

function option(type: number, length: number): Options[number] {
  return { type, data: new Uint8Array(length) };
}

function destination(...options: Options): Ipv6Extension {
  return { kind: "destinationOptions", options };
}

/** The message's text about the place at fault, or nothing. */
function fault(transform: HeaderTransform): string | undefined {
  try {
    validateTransform(transform);
    return undefined;
  } catch (error) {
    if (!(error instanceof OpteError) || error.payload.kind !== "System") throw error;
    expect(error.errno).toBe(Errno.EINVAL);
    return error.payload.msg;
  }
}

describe("validateTransform (spec 01 §6.2)", () => {
  it("finds nothing wrong with transformations that push no headers of variable length", () => {
    const header = { version: 4, src: Ipv4Addr.ANY, dst: Ipv4Addr.ANY, protocol: 17 } as const;
    expect(fault({ name: "" })).toBeUndefined();
    expect(fault({ name: "", outerIp: { kind: "push", header }, outerEncap: { kind: "pop" } })).toBeUndefined();
  });

  it("allows Geneve options 124 bytes of data each and 252 bytes together, padding counted", () => {
    expect(fault(geneve(124))).toBeUndefined();
    expect(fault(geneve(4, 125))).toBe("geneve.options[1].data: 125 bytes exceed the limit of 124");
    expect(fault(geneve(124, 120))).toBeUndefined();
    expect(fault(geneve(124, 121))).toBe("geneve.options[1]: 256 bytes exceed the limit of 252");
  });

  it("allows IPv6 options 255 bytes of data, and PAD1 none (option_push_spec)", () => {
    expect(fault(ipv6(destination(option(5, 255))))).toBeUndefined();
    expect(fault(ipv6(destination(option(5, 256))))).toBe("destination_opts.data: 256 bytes exceed the limit of 255");
    expect(fault(ipv6(destination(option(0, 0))))).toBeUndefined();
    expect(fault(ipv6({ kind: "hopByHop", options: [option(0, 1)] }))).toBe(
      "hop_by_hop_opts.data: 1 bytes exceed the limit of 0",
    );
  });

  it("allows an extension header 2048 bytes after padding (extension_push_spec)", () => {
    const full = Array.from({ length: 7 }, () => option(5, 255));
    expect(fault(ipv6(destination(...full, option(5, 245))))).toBeUndefined();
    expect(fault(ipv6(destination(...full, option(5, 246))))).toBe(
      "destination_opts: 2056 bytes exceed the limit of 2048",
    );
  });

  it("wants hop-by-hop first (push_spec)", () => {
    const hopByHop: Ipv6Extension = { kind: "hopByHop", options: [] };
    expect(fault(ipv6(hopByHop, destination()))).toBeUndefined();
    expect(fault(ipv6(destination(), hopByHop))).toBe("ipv6.exts: a hop-by-hop header must be the first one");
  });

  it("allows the whole IPv6 header 65535 bytes", () => {
    const large = destination(...Array.from({ length: 7 }, () => option(5, 255)), option(5, 245));
    const list = Array.from({ length: 31 }, () => large);
    expect(fault(ipv6(...list))).toBeUndefined();
    expect(fault(ipv6(...list, large))).toBe("ipv6.exts[31]: 65576 bytes exceed the limit of 65535");
  });
});
