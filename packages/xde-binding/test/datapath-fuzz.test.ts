// The datapath against whatever bytes: it never throws, loses nothing without saying so, and works on as before.

import fc from "fast-check";
import { Frame } from "opte-core";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { describe, expect, it } from "vitest";
import { echo, encapsulate, ICMP, ICMPV6, ipFrame, SYN, tcp, udp } from "../../oxide-vpc/test/frames.js";
import { GROUP4, GROUP6, MulticastBench, REMOTE, UNDERLAY4, UNDERLAY6 } from "./multicast-bench.js";
import { guest, VNI } from "./sled-bench.js";

const RUNS = process.env["OPTE_FUZZ"] === "full" ? 50_000 : 1500;
const A = guest(1, "fd44::1");
const B = guest(2, "fd44::1");

/** What the guest might send, before it is damaged: to a neighbour, to another sled, to groups, to the gateway. */
const GUEST_FRAMES: readonly Uint8Array[] = [
  ...[B.ip4, REMOTE.ip4].map((dst) => ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, dst, tcp(1, 2, SYN))),
  ...[B.ip6, REMOTE.ip6].map((dst) => ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip6, dst, udp(1, 2, [1, 2, 3]))),
  ipFrame({ src: A.mac, dst: GROUP4.multicastMac() }, A.ip4, GROUP4, udp(1, 2)),
  ipFrame({ src: A.mac, dst: GROUP6.multicastMac() }, A.ip6, GROUP6, echo(ICMPV6, 128, 1)),
  ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, echo(ICMP, 8, 1)),
];

const tunnel = (dst: string, vni: number) => ({
  src: REMOTE.physIp,
  dst: guest(1, dst).physIp,
  vni,
  options: [[0x0129, 1, [0x80, 0, 0, 0]] as const],
});

/** What might come from the underlay, before it is damaged. */
const UNDERLAY_FRAMES: readonly Uint8Array[] = [
  encapsulate(ipFrame({ src: REMOTE.mac, dst: A.mac }, REMOTE.ip4, A.ip4, tcp(1, 2, SYN)), tunnel("fd44::1", VNI)),
  encapsulate(ipFrame({ src: REMOTE.mac, dst: A.mac }, REMOTE.ip6, A.ip6, udp(1, 2)), tunnel("fd44::1", VNI)),
  encapsulate(ipFrame({ src: REMOTE.mac, dst: A.mac }, REMOTE.ip4, GROUP4, udp(1, 2)), tunnel(UNDERLAY4, 77)),
  encapsulate(ipFrame({ src: REMOTE.mac, dst: A.mac }, REMOTE.ip6, GROUP6, udp(1, 2)), tunnel(UNDERLAY6, 77)),
];

/** One of `frames` with some bytes changed, cut or continued. */
const damaged = (frames: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.constantFrom(...frames),
      fc.array(fc.tuple(fc.nat({ max: 150 }), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.option(fc.nat({ max: 160 }), { freq: 4 }),
      fc.uint8Array({ maxLength: 8 }),
    )
    .map(([frame, changes, length, tail]) => {
      const bytes = Uint8Array.from([...frame.subarray(0, length ?? frame.length), ...tail]);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });

describe("the datapath", () => {
  it("survives whatever guests and the underlay send, and serves the next good frame", async () => {
    const bench = await MulticastBench.started();
    await bench.sled.knows(REMOTE);
    for (const port of ["opte0", "opte1", "opte2"])
      for (const group of [GROUP4, GROUP6]) await bench.subscribe(port, group);
    for (const underlay of [UNDERLAY4, UNDERLAY6]) await bench.forward(underlay, "fd77::1", "both");
    const sender = bench.guest(0);
    /** How many frames each of the others gets of a good one. */
    const probe = async (): Promise<readonly number[]> => {
      bench.counts();
      sender.sendUdp(B.ip4);
      await bench.arrive(GROUP4, UNDERLAY4);
      return bench.counts();
    };
    const before = await probe();
    expect(before).toEqual([1, 2, 1]);
    const batch = fc.oneof(
      fc.array(damaged(GUEST_FRAMES), { maxLength: 5 }).map((frames) => ({ isGuests: true, frames })),
      fc.array(damaged(UNDERLAY_FRAMES), { maxLength: 5 }).map((frames) => ({ isGuests: false, frames })),
    );
    await fc.assert(
      fc.asyncProperty(batch, async ({ isGuests, frames }) => {
        if (isGuests) sender.sendBytes(...frames);
        else bench.far.send(frames.map((bytes) => Frame.ofUnderlay(bytes)));
        await bench.sent();
        expect(await probe()).toEqual(before);
        bench.probed.length = 0;
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it("gives every frame of a batch the same treatment as alone", async () => {
    const [together, alone] = [await MulticastBench.started(), await MulticastBench.started()];
    for (const bench of [together, alone]) {
      await bench.sled.knows(REMOTE);
      await bench.subscribe("opte1", GROUP4);
      await bench.forward(UNDERLAY4, "fd77::1", "both");
    }
    const frames = [...GUEST_FRAMES, ...GUEST_FRAMES];
    together.guest(0).sendBytes(...frames);
    for (const frame of frames) alone.guest(0).sendBytes(frame);
    // A batch is sent link by link, and each link has its flows.
    const sorted = async (bench: MulticastBench): Promise<readonly string[]> =>
      (await bench.sent()).map((frame) => JSON.stringify(frame)).toSorted();
    expect(await sorted(together)).toEqual(await sorted(alone));
    for (const i of [0, 1, 2] as const) expect(together.guest(i).received).toEqual(alone.guest(i).received);
    expect(together.sled.stats.snapshot()).toEqual(alone.sled.stats.snapshot());
  });
});
