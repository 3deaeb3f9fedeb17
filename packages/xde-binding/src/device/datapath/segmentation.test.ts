import { Frame } from "opte-core";
import { beforeEach, describe, expect, it } from "vitest";
import { encapsulate, ipFrame, readFrame, tcp } from "../../../../oxide-vpc/test/frames.js";
import { AttachedGuest, settle } from "../../../test/guest.js";
import { guest, SledBench, VNI } from "../../../test/sled-bench.js";
import { MemoryLink } from "../../link/memory-link.js";

const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");
const FIN_ACK_PSH_CWR = 0x01 | 0x10 | 0x08 | 0x80;
const SEQ = 0xffff_fff0;

let bench: SledBench;
let far: MemoryLink;
let a: AttachedGuest;

beforeEach(async () => {
  const [near, other] = MemoryLink.pair("u1", "far");
  far = other;
  bench = new SledBench([near]);
  await bench.underlay("u1", "u1");
  await bench.create(A);
  a = new AttachedGuest(bench, A);
});

const bodyOf = (length: number): number[] => Array.from({ length }, (_, i) => i % 251);

/** A TCP packet with `length` bytes of body that says in its option how long segments were to be. */
async function arrive(family: 4 | 6, length: number, mss: number, damage?: number): Promise<void> {
  const [src, dst] = family === 4 ? [B.ip4, A.ip4] : [B.ip6, A.ip6];
  const message = tcp(80, 4000, FIN_ACK_PSH_CWR, SEQ, 7, bodyOf(length));
  const inner = ipFrame({ src: B.mac, dst: A.mac }, src, dst, message);
  if (damage !== undefined) inner[inner.length - damage] = 0xee;
  const options = [[0x0129, 2, [0, 0, mss >>> 8, mss & 0xff]]] as const;
  far.send([Frame.ofUnderlay(encapsulate(inner, { src: B.physIp, dst: A.physIp, vni: VNI, options }))]);
  await settle();
}

/** Of each frame that came: body length, sequence number and flags. */
function segments(): readonly (readonly [length: number, seq: number, flags: number])[] {
  return a.received.map((bytes) => {
    const { message, isSound } = readFrame(bytes);
    expect(isSound).toBe(true);
    const view = new DataView(message.buffer, message.byteOffset);
    return [message.length - 20, view.getUint32(4), view.getUint8(13)];
  });
}

describe.each([4, 6] as const)("a large TCP packet, IPv%d", (family) => {
  it("becomes the segments that its sender meant, with flags where they belong", async () => {
    await arrive(family, 3000, 1400);
    expect(segments()).toEqual([
      [1400, SEQ, 0x10 | 0x80],
      [1400, SEQ + 1400 - 2 ** 32, 0x10],
      [200, SEQ + 2800 - 2 ** 32, 0x10 | 0x01 | 0x08],
    ]);
    const body = a.received.flatMap((bytes) => [...readFrame(bytes).message.subarray(20)]);
    expect(body).toEqual(bodyOf(3000));
  });

  it.each([
    [1400, 1400, 1],
    [1401, 1400, 2],
    [2800, 1400, 2],
    [3000, 0, 1],
  ])("of %d bytes with segments of %d comes as %d", async (length, mss, count) => {
    await arrive(family, length, mss);
    expect(
      segments()
        .map(([each]) => each)
        .reduce((sum, each) => sum + each),
    ).toBe(length);
    expect(a.received).toHaveLength(count);
  });

  it("is dropped if it was damaged: no segment vouches for it", async () => {
    await arrive(family, 3000, 1400, 5);
    expect(a.received).toEqual([]);
    expect(bench.stat("rx_bad_checksum", "xde_drops")).toBe(1);
  });

  it("cannot be cut into crumbs", async () => {
    await arrive(family, 880, 1);
    expect(segments().map(([length]) => length)).toEqual(Array<number>(10).fill(88));
  });
});

it("IPv4 segments have identifications of their own", async () => {
  await arrive(4, 3000, 1400);
  expect(a.received.map((bytes) => (bytes[18] ?? 0) * 256 + (bytes[19] ?? 0))).toEqual([0, 1, 2]);
});
