// A VPC port on a bench: the guests of spec 04 §11, and a port of one of them with whatever sits around it.

import {
  type Direction,
  IpAddr,
  IpCidr,
  Ipv4Addr,
  Ipv4Cidr,
  Ipv6Addr,
  Ipv6Cidr,
  MacAddr,
  PortRange,
  Vni,
} from "opte-api";
import { DROP_REASON_NAMES, Frame, Verdict, VERDICT_NAMES } from "opte-core";
import {
  type ExternalIpv4Cfg,
  type ExternalIpv6Cfg,
  FirewallRule,
  GATEWAY_MAC,
  IpCfg,
  type Ipv4Cfg,
  type Ipv6Cfg,
  NO_DHCP_OPTIONS,
  type PortLimits,
  type RouterClass,
  RouterTarget,
} from "../src/api/index.js";
import { VpcMappings, VpcPort } from "../src/index.js";
import {
  encapsulate,
  ipFrame,
  type Message,
  type Option,
  readFrame,
  type Inner,
  readTunnel,
  type Tunnelled,
} from "./frames.js";

/** A guest. */
export interface Guest {
  readonly name: string;
  readonly ip4: Ipv4Addr;
  readonly ip6: Ipv6Addr;
  readonly mac: MacAddr;
  readonly vni: Vni;
  readonly physIp: Ipv6Addr;
  readonly external4: ExternalIpv4Cfg;
  readonly external6: ExternalIpv6Cfg;
}

const VNI = Vni.of(1287581);

export const G1: Guest = {
  name: "g1",
  ip4: Ipv4Addr.parse("172.30.0.5"),
  ip6: Ipv6Addr.parse("fd00::5"),
  mac: MacAddr.parse("A8:40:25:FA:FA:37"),
  vni: VNI,
  physIp: Ipv6Addr.parse("fd00:0:f7:101::1"),
  external4: { snat: { externalIp: Ipv4Addr.parse("10.77.77.13"), ports: new PortRange(1025, 4096) }, floatingIps: [] },
  external6: { snat: { externalIp: Ipv6Addr.parse("2001:db8::1"), ports: new PortRange(4097, 8192) }, floatingIps: [] },
};

export const G2: Guest = {
  name: "g2",
  ip4: Ipv4Addr.parse("172.30.0.6"),
  ip6: Ipv6Addr.parse("fd00::6"),
  mac: MacAddr.parse("A8:40:25:F0:00:66"),
  vni: VNI,
  physIp: Ipv6Addr.parse("fd00:0:f7:116::1"),
  external4: { snat: { externalIp: Ipv4Addr.parse("10.77.77.23"), ports: new PortRange(4097, 8192) }, floatingIps: [] },
  external6: { snat: { externalIp: Ipv6Addr.parse("2001:db8::1"), ports: new PortRange(1025, 4096) }, floatingIps: [] },
};

/** Address of boundary services on the underlay. */
export const BOUNDARY = Ipv6Addr.parse("fd00:99::1");

/** What the control plane gives every guest of a VPC. */
const DEFAULT_RULES: readonly FirewallRule[] = [
  `dir=in action=allow priority=65534 hosts=vni=${VNI}`,
  "dir=in action=allow priority=65534 protocol=tcp port=22",
  "dir=in action=allow priority=65534 protocol=icmp",
].map((line) => FirewallRule.parse(line));

export interface BenchOptions {
  readonly guest?: Guest;
  readonly families?: readonly (4 | 6)[];
  readonly limits?: Partial<PortLimits>;
  readonly mappings?: VpcMappings;
}

/** What became of a packet. */
export interface Outcome {
  /** Verdict, with the reason of a drop: `modified`, `drop firewall default`, `error Layer`. */
  readonly text: string;
  readonly frame: Uint8Array;
}

/** A started port with the route to its own subnet and the default firewall rules (epoch 3). */
export class Bench {
  readonly guest: Guest;
  readonly vpc: VpcPort;
  readonly mappings: VpcMappings;
  #nowMs = 1_000_000;

  constructor({ guest = G1, families = [4, 6], limits = {}, mappings = new VpcMappings() }: BenchOptions = {}) {
    this.guest = guest;
    this.mappings = mappings;
    const ipCfg = IpCfg.of(
      families.includes(4) ? ipv4Cfg(guest) : undefined,
      families.includes(6) ? ipv6Cfg(guest) : undefined,
    );
    if (ipCfg === undefined) throw new Error("A port needs a family");
    const { name, mac: guestMac, vni, physIp } = guest;
    this.vpc = new VpcPort(
      {
        name,
        ipCfg,
        guestMac,
        gatewayMac: GATEWAY_MAC,
        vni,
        physIp,
        dhcp: NO_DHCP_OPTIONS,
        mtu: 1500,
        limits: { uft: 8096, tcp: 8096, gateway: 1, firewall: 8096, router: 1, nat: 8096, overlay: 1, ...limits },
      },
      mappings,
      { clock: { nowMs: () => this.#nowMs } },
    );
    for (const prefix of ["0.0.0.0/0", "::/0"])
      mappings.v2b.add(IpCidr.parse(prefix), [{ ip: BOUNDARY, vni: Vni.of(99) }]);
    this.route("172.30.0.0/22", "sub4=172.30.0.0/22");
    this.vpc.setFirewallRules(DEFAULT_RULES);
    this.vpc.port.start();
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }

  route(dest: string, target: string, routerClass: RouterClass = "system"): void {
    this.vpc.addRouterEntry({ dest: IpCidr.parse(dest), target: RouterTarget.parse(target), class: routerClass });
  }

  /** Routes to the outside. */
  routeOut(): this {
    this.route("0.0.0.0/0", "ig");
    this.route("::/0", "ig");
    return this;
  }

  /** Replaces the firewall rules. */
  rules(...lines: readonly string[]): void {
    this.vpc.setFirewallRules(lines.map((line) => FirewallRule.parse(line)));
  }

  /** Tells where another guest is. */
  knows(guest: Guest): this {
    const phys = { ether: guest.mac, ip: guest.physIp, vni: guest.vni };
    this.mappings.v2p.set(guest.ip4, phys);
    this.mappings.v2p.set(guest.ip6, phys);
    return this;
  }

  process(dir: Direction, bytes: Uint8Array): Outcome {
    const frame = dir === "out" ? Frame.ofGuest(bytes) : Frame.ofUnderlay(bytes);
    const { port } = this.vpc;
    const verdict = port.process(dir, frame);
    const { result } = port;
    let text = VERDICT_NAMES[verdict] ?? "";
    if (verdict === Verdict.Drop)
      text += `${result.layer === "" ? "" : ` ${result.layer}`} ${DROP_REASON_NAMES[result.reason] ?? ""}`;
    if (verdict === Verdict.Error) text += ` ${result.error?.kind ?? ""}`;
    return { text, frame: verdict === Verdict.Hairpin ? result.hairpin.toBytes() : frame.toBytes() };
  }

  /** The guest sends a message by way of its gateway. */
  send(dst: string, message: Message, from?: { readonly ip?: string; readonly mac?: MacAddr }): Outcome {
    const to = IpAddr.parse(dst);
    const own = to.family === 4 ? this.guest.ip4 : this.guest.ip6;
    const src = from?.ip === undefined ? own : IpAddr.parse(from.ip);
    return this.process("out", ipFrame({ dst: GATEWAY_MAC, src: from?.mac ?? this.guest.mac }, src, to, message));
  }

  /** The underlay brings a message to the guest's MAC address. */
  receive(
    src: string,
    dst: string,
    message: Message,
    tunnel: { readonly vni?: number; readonly options?: readonly Option[] } = {},
  ): Outcome {
    const frame = ipFrame({ dst: this.guest.mac, src: G2.mac }, IpAddr.parse(src), IpAddr.parse(dst), message);
    const { vni = this.guest.vni, options = [] } = tunnel;
    return this.process("in", encapsulate(frame, { src: G2.physIp, dst: this.guest.physIp, vni, options }));
  }

  /** Sends, and reads what goes out. @throws Error if it does not */
  sent(dst: string, message: Message, from?: { readonly ip?: string }): Tunnelled {
    return readTunnel(passed(this.send(dst, message, from)));
  }

  /** Receives, and reads what the guest gets. @throws Error if it gets nothing */
  received(...args: Parameters<Bench["receive"]>): Inner {
    return readFrame(passed(this.receive(...args)));
  }

  /** Numbers of rules, `in/out` of each layer. */
  ruleCounts(): Record<string, string> {
    return Object.fromEntries(
      this.vpc.port.listLayers().map(({ name, rulesIn, rulesOut }) => [name, `${rulesIn}/${rulesOut}`]),
    );
  }

  /** Number of flow-table pairs of a layer. */
  flowCount(layer: string): number {
    return this.vpc.port.listLayers().find(({ name }) => name === layer)?.flows ?? -1;
  }
}

function passed({ text, frame }: Outcome): Uint8Array {
  if (text !== "modified") throw new Error(`The packet did not pass: ${text}`);
  return frame;
}

function ipv4Cfg(guest: Guest): Ipv4Cfg {
  return {
    vpcSubnet: Ipv4Cidr.parse("172.30.0.0/22"),
    privateIp: guest.ip4,
    gatewayIp: Ipv4Addr.parse("172.30.0.1"),
    externalIps: guest.external4,
    attachedSubnets: [],
    transitIps: [],
  };
}

function ipv6Cfg(guest: Guest): Ipv6Cfg {
  return {
    vpcSubnet: Ipv6Cidr.parse("fd00::/64"),
    privateIp: guest.ip6,
    gatewayIp: Ipv6Addr.parse("fd00::1"),
    externalIps: guest.external6,
    attachedSubnets: [],
    transitIps: [],
  };
}
