// Events for tests of what is made of them: those of a small capture in which something of every kind happens.

import { arp, ethernet, FROM_GUEST, icmp, ipFrame, tcp, TO_GUEST, udp } from "./frames.js";
import { captureOf, replayConfig } from "./replay-inputs.js";
import { type Replay, replay } from "../src/replay/replay.js";
import type { ReplayEvent } from "../src/replay/replay-event.js";

const GUEST = "172.30.0.5";
const GATEWAY = "172.30.0.1";
const HOST = "8.8.8.8";
const BROADCAST = { ...FROM_GUEST, to: "FF:FF:FF:FF:FF:FF" };

/** A replay of what `EVENTS` are, to be played. */
export function smallReplay(): Replay {
  const query = ipFrame(FROM_GUEST, [GUEST, HOST], 17, udp(5000, 53));
  const capture = captureOf([
    [query],
    [ipFrame(TO_GUEST, [HOST, GUEST], 17, udp(53, 5000))],
    [query],
    [arp(BROADCAST, 1, GUEST, GATEWAY)],
    [arp(TO_GUEST, 2, GATEWAY, GUEST)],
    [ipFrame(FROM_GUEST, [GUEST, GATEWAY], 1, icmp(8, 0, 7, 1))],
    [ipFrame(TO_GUEST, [GATEWAY, GUEST], 1, icmp(0, 0, 7, 1))],
    [arp(BROADCAST, 1, GUEST, GUEST)],
    [ipFrame(FROM_GUEST, ["172.30.0.9", HOST], 6, tcp(5000, 80, 2))],
    [ipFrame(FROM_GUEST, ["fd00::5", "ff02::1:ff00:5"], 58, icmp(135, 0, 0, 0, new Array(16).fill(1)))],
    [ipFrame(FROM_GUEST, [GUEST, GATEWAY], 17, udp(68, 67))],
    [ipFrame(TO_GUEST, [HOST, GUEST], 6, tcp(5000, 23, 2))],
    [ethernet(FROM_GUEST, 0x88cc, [1, 2, 3])],
    [query.subarray(0, 20), 13, 45],
    [ipFrame(FROM_GUEST, ["fd00::5", "2001:db8::9"], 58, icmp(128, 0, 7, 1))],
    [ipFrame(TO_GUEST, [GATEWAY, GUEST], 17, udp(67, 68))],
  ]);
  return replay(capture, replayConfig());
}

const PLAYED: readonly ReplayEvent[] = [...smallReplay()];

/** The event of a name. */
export const EVENTS = {
  sentByLayers: at(1),
  deliveredByLayers: at(2),
  sentByProgram: at(3),
  answeredArp: at(4),
  recordedAlike: at(5),
  answeredEcho: at(6),
  recordedOtherwise: at(7),
  refusedByHandler: at(8),
  refusedByDefault: at(9),
  refusedByRule: at(10),
  refusedByAction: at(11),
  refusedInbound: at(12),
  unparsable: at(13),
  unusable: at(14),
  echoOut: at(15),
  recordedAlone: at(16),
} as const;

function at(number: number): ReplayEvent {
  const event = PLAYED[number - 1];
  if (event === undefined) throw new RangeError(`There is no event ${number}`);
  return event;
}
