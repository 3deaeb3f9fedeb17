// NAT and SNAT, the engine's own descriptors, as plain data and back: for the codecs of networks that use them.

import { IpAddr } from "opte-api";
import { NatDescriptor, type IsAssigned } from "../../action/nat.js";
import { NestedNat } from "../../action/nested-nat.js";
import type { ExternalPort, PortPool } from "../../action/port-pool.js";
import type { Lease } from "../../action/resource.js";
import { SnatDescriptor, type SnatPools } from "../../action/snat.js";
import type { FlowDescriptor } from "../../action/action.js";
import type { BodyTransform } from "../../transform/body-transform.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import type { SnapshotObject } from "./snapshot-value.js";

const POOLS = ["tcp", "udp", "icmp"] as const;
const MAX_PORT = 0xffff;

/**
 * A descriptor of NAT or SNAT; `undefined` for any other.
 *
 * @param pools those that the port's rules use now, for the addresses that they map; a lease of another pool ends with its flow
 */
export function natDescriptorValue(
  descriptor: FlowDescriptor,
  pools: readonly SnatPools[],
): SnapshotObject | undefined {
  if (descriptor instanceof NatDescriptor) return natValue(descriptor);
  if (!(descriptor instanceof SnatDescriptor)) return undefined;
  const { name, privateIp, privatePort, lease } = descriptor;
  const pool = POOLS.find((proto) => pools.some((each) => each[proto].lends(privateIp, lease)));
  const { externalIp, port } = lease.entry;
  return {
    kind: name,
    privateIp: privateIp.toString(),
    privatePort,
    externalIp: externalIp.toString(),
    port,
    pool: pool ?? null,
  };
}

/** What was said of NAT before, by its addresses: thousands of flows have the same ones. */
const NAT_VALUES: WeakMap<IpAddr, WeakMap<IpAddr, SnapshotObject>> = new WeakMap();

function natValue({ privateIp, externalIp }: NatDescriptor): SnapshotObject {
  let values = NAT_VALUES.get(privateIp);
  if (values === undefined) NAT_VALUES.set(privateIp, (values = new WeakMap<IpAddr, SnapshotObject>()));
  let value = values.get(externalIp);
  if (value === undefined) {
    value = { kind: "nat", privateIp: privateIp.toString(), externalIp: externalIp.toString() };
    values.set(externalIp, value);
  }
  return value;
}

/** Reads what {@link natDescriptorValue} wrote. */
export function readNatDescriptor(
  reader: SnapshotReader,
  pools: readonly SnatPools[],
  isAssigned: IsAssigned,
): FlowDescriptor {
  const kind = reader.get("kind").oneOf(["nat", "SNAT", "SNAT_ICMP_ECHO"]);
  const [privateIp, externalIp] = readEnds(reader);
  if (kind === "nat") return new NatDescriptor(privateIp, externalIp, isAssigned);
  const entry = { externalIp, port: reader.get("port").integer(0, MAX_PORT) };
  const lease = readLease(reader.get("pool"), privateIp, entry, pools);
  return new SnatDescriptor(kind, privateIp, lease, reader.get("privatePort").integer(0, MAX_PORT));
}

/** A body transformation of NAT; `undefined` for any other. */
export function natBodyValue(body: BodyTransform): SnapshotObject | undefined {
  if (!(body instanceof NestedNat)) return undefined;
  return { privateIp: body.privateIp.toString(), externalIp: body.externalIp.toString() };
}

/** Reads what {@link natBodyValue} wrote. */
export function readNatBody(reader: SnapshotReader): BodyTransform {
  return new NestedNat(...readEnds(reader));
}

/** The free ports of one address in each pool. */
export function freePortsValue(pools: SnatPools, privateIp: IpAddr): SnapshotObject {
  return Object.fromEntries(
    POOLS.map((proto) => {
      const { highestFresh = 0, returned = [] } = pools[proto].free(privateIp) ?? {};
      return [proto, { highestFresh, returned }];
    }),
  );
}

/** Reads what {@link freePortsValue} wrote into pools that nobody uses yet. */
export function readFreePorts(reader: SnapshotReader, pools: SnatPools, privateIp: IpAddr): void {
  for (const proto of POOLS) {
    const pool: PortPool = pools[proto];
    const stock = reader.get(proto);
    const { first, last } = pool.mapping(privateIp)?.ports ?? stock.fail("is of an address that is not mapped");
    const highestFresh = stock.get("highestFresh").integer(Math.min(first - 1, last), last);
    const list = stock.get("returned");
    const returned = list.items().map((port) => port.integer(highestFresh + 1, last));
    if (new Set(returned).size < returned.length) list.fail("holds a port twice");
    pool.setFree(privateIp, { highestFresh, returned });
  }
}

function readEnds(reader: SnapshotReader): [privateIp: IpAddr, externalIp: IpAddr] {
  const privateIp = reader.get("privateIp").ip();
  const externalIp = reader.get("externalIp").ip();
  if (privateIp.family !== externalIp.family) reader.get("externalIp").fail("is of another family");
  return [privateIp, externalIp];
}

function readLease(
  reader: SnapshotReader,
  privateIp: IpAddr,
  entry: ExternalPort,
  pools: readonly SnatPools[],
): Lease<ExternalPort> {
  if (reader.isNull) return new OrphanLease(entry);
  const proto = reader.oneOf(POOLS);
  const pool = pools.map((each) => each[proto]).find((each) => each.mapping(privateIp) !== undefined);
  const mapping = pool?.mapping(privateIp);
  const lease = pool?.leaseOf(privateIp, entry.port);
  if (mapping === undefined || lease === undefined || !IpAddr.equals(mapping.externalIp, entry.externalIp)) {
    return reader.fail("does not lend the address");
  }
  return lease;
}

/** A port whose pool is gone: nobody waits for it. */
class OrphanLease implements Lease<ExternalPort> {
  readonly entry: ExternalPort;

  constructor(entry: ExternalPort) {
    this.entry = entry;
  }

  release(): void {
    // There is no pool to go back to.
  }

  reclaim(): void {
    // Nor one to be taken from.
  }
}
