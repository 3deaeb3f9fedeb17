// What replays of tests start from: the recorded capture, its port's configuration, and captures made of frames.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LINKTYPE_ETHERNET } from "../src/capture/capture.js";
import { PcapngWriter } from "../src/capture/pcapng-writer.js";
import { parseReplayConfig, type ReplayConfig } from "../src/replay/replay-config.js";

export const RECORDED_CAPTURE = fileURLToPath(new URL("../captures/guest.pcapng", import.meta.url));
const RECORDED_CONFIG = fileURLToPath(new URL("../captures/port.json", import.meta.url));

/** The configuration of the recorded guest's port as JSON, to be changed. */
export function configJson(): Record<string, unknown> {
  // Unwrap: the file is our own, and holds an object.
  return JSON.parse(readFileSync(RECORDED_CONFIG, "utf8")) as Record<string, unknown>;
}

/** The configuration of the recorded guest's port, with other external addresses if given. */
export function replayConfig(externalIps?: { readonly v4: object; readonly v6: object }): ReplayConfig {
  const json = configJson();
  if (externalIps === undefined) return parseReplayConfig(json);
  const { ipv4, ipv6 } = parseReplayConfig(json).ipCfg;
  const family = (cfg: typeof ipv4 | typeof ipv6, own: object): object => ({
    vpcSubnet: String(cfg?.vpcSubnet),
    privateIp: String(cfg?.privateIp),
    gatewayIp: String(cfg?.gatewayIp),
    externalIps: own,
  });
  return parseReplayConfig({
    ...json,
    ipCfg: { ipv4: family(ipv4, externalIps.v4), ipv6: family(ipv6, externalIps.v6) },
  });
}

/** A packet of a made capture: a frame, and its time in milliseconds. */
export type MadePacket = readonly [frame: Uint8Array, timeMs?: number, originalLength?: number];

/** A capture of frames; packets without a time come one millisecond after the other. */
export function captureOf(packets: readonly MadePacket[], linkType: number = LINKTYPE_ETHERNET): Uint8Array {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), "test");
  const interfaceIndex = writer.addInterface({ linkType });
  packets.forEach(([bytes, timeMs, originalLength], i) => {
    writer.addPacket({
      interfaceIndex,
      timestampNs: 1_700_000_000_000_000_000n + BigInt(timeMs ?? i) * 1_000_000n,
      bytes,
      ...(originalLength === undefined ? {} : { originalLength }),
    });
  });
  return new Uint8Array(Buffer.concat(blocks));
}
