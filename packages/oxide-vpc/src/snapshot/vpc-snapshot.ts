// A VPC port as one value that a codec can carry: its configuration, and the engine's port.

import {
  freePortsValue,
  openSnapshot,
  type PortSnapshot,
  readFreePorts,
  sealSnapshot,
  type SnapshotEnvelope,
  type SnapshotObject,
  type SnapshotReader,
  type SnapshotValue,
} from "opte-core";
import { parsePortConfig, portConfigJson } from "../api/config/port-config-json.js";
import { type InternetGatewayMap, type PortConfig, Uuid } from "../api/model.js";
import type { SnatStock } from "../nat/nat-rules.js";

const FORMAT = "oxide-vpc-port";
const VERSION = 2;

/**
 * A VPC port as plain data, fit for JSON: whoever carries it may change the order of members and nothing else. Its `content.config` is the
 * port's configuration as it stands, in the form that `parsePortConfig` reads: what `openPort` makes of it is alike but for ids.
 */
export type VpcPortSnapshot = SnapshotEnvelope<typeof FORMAT, typeof VERSION>;

/** A port in its parts. */
export interface VpcPortImage {
  /** Without mappings, which are the sled's. */
  readonly config: PortConfig;
  /** As given last. */
  readonly gateways: InternetGatewayMap | undefined;
  /** Those that the NAT layer's rules are made from: a refused command leaves others behind. */
  readonly natGateways: InternetGatewayMap | undefined;
}

/** A port in its parts, read from a snapshot; what only its NAT rules and its codec can check is still to be read. */
export interface VpcPortDraft extends VpcPortImage {
  readonly freePorts: SnapshotReader;
  /** The engine's port. */
  readonly port: unknown;
}

/**
 * Takes a port down as it stands.
 *
 * @param stocks absent if none of their ports is lent
 * @returns puts the engine's port with it
 */
export function vpcSnapshotWriter(
  { config, gateways, natGateways }: VpcPortImage,
  stocks: readonly SnatStock[] | undefined,
): (port: PortSnapshot) => VpcPortSnapshot {
  const content = {
    config: portConfigJson(config),
    gateways: gatewaysValue(gateways),
    natGateways: gatewaysValue(natGateways),
    freePorts: stocks?.map(({ privateIp, pools }) => freePortsValue(pools, privateIp)) ?? null,
  };
  return (port) => sealSnapshot(FORMAT, VERSION, { ...content, port });
}

/** @throws OpteError `PortCreate` if the snapshot is damaged or of another version */
export function readVpcSnapshot(snapshot: unknown): VpcPortDraft {
  const content = openSnapshot(snapshot, FORMAT, VERSION).only(
    "config",
    "gateways",
    "natGateways",
    "freePorts",
    "port",
  );
  const config = content.get("config");
  return {
    config: config.attempt(() => parsePortConfig(config.raw)),
    gateways: readGateways(content.get("gateways")),
    natGateways: readGateways(content.get("natGateways")),
    freePorts: content.get("freePorts"),
    port: content.get("port").raw,
  };
}

/** Sets which ports of pools that nobody uses yet are free; all are if the snapshot does not say. @throws OpteError `PortCreate` */
export function readStocks(freePorts: SnapshotReader, stocks: readonly SnatStock[]): void {
  if (freePorts.isNull) return;
  const values = freePorts.items(stocks.length);
  for (const [i, { privateIp, pools }] of stocks.entries()) {
    const value = values[i];
    if (value !== undefined) readFreePorts(value, pools, privateIp);
  }
}

function gatewaysValue(gateways: InternetGatewayMap | undefined): SnapshotValue {
  return gateways?.map(([ip, uuids]): SnapshotObject => ({ ip: ip.toString(), uuids })) ?? null;
}

function readGateways(reader: SnapshotReader): InternetGatewayMap | undefined {
  if (reader.isNull) return undefined;
  return reader.items().map((entry) => [
    entry.get("ip").ip(),
    entry
      .get("uuids")
      .items()
      .map((uuid) => uuid.parse((text) => Uuid.parse(text))),
  ]);
}
