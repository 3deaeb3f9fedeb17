// One line that says what a frame is.

import { decodeFrame } from "./decode.js";
import type { DecodedLayer } from "./decoded.js";

const IP_LAYERS: ReadonlySet<string> = new Set(["IPv4", "IPv6", "inner IPv4", "inner IPv6"]);

/**
 * A frame in one line, as in `IPv4 10.0.0.1 > 10.0.0.2 UDP 68 > 67 DHCP Discover`.
 * Of a tunnelled frame, `Geneve vni 99:` and the frame inside.
 */
export function summarizeFrame(frame: Uint8Array): string {
  const layers = decodeFrame(frame);
  const tunnel = layers.findIndex((layer) => layer.name === "Geneve");
  const inner = layers.slice(tunnel + 1).flatMap(describeLayer);
  const prefix = tunnel < 0 ? [] : [`Geneve vni ${field(layers[tunnel], "vni")}:`];
  return [...prefix, ...inner].join(" ");
}

function describeLayer(layer: DecodedLayer, index: number, layers: readonly DecodedLayer[]): string[] {
  const name = layer.name.replace(/^inner /, "");
  if (IP_LAYERS.has(layer.name)) return [`${name} ${field(layer, "src")} > ${field(layer, "dst")}`];
  switch (name) {
    case "Ethernet":
      return describeEthernet(layer, layers[index + 1]);
    case "ARP":
      return [
        field(layer, "op") === "1"
          ? `ARP who has ${field(layer, "tpa")}, tell ${field(layer, "spa")}`
          : `ARP ${field(layer, "spa")} is at ${field(layer, "sha")}`,
      ];
    case "TCP":
      return [`TCP ${field(layer, "src port")} > ${field(layer, "dst port")} ${field(layer, "flags")}`];
    case "UDP":
      return [`UDP ${field(layer, "src port")} > ${field(layer, "dst port")}`];
    case "ICMP":
    case "ICMPv6":
      return [`${name} ${describeIcmp(layer, name)}`];
    case "DHCP":
    case "DHCPv6":
      return [`${name} ${field(layer, "message type")}`];
    case "truncated":
      return ["(truncated)"];
    default:
      return [];
  }
}

/** The MAC addresses and the type, but only where nothing in the frame says more. */
function describeEthernet(layer: DecodedLayer, next: DecodedLayer | undefined): string[] {
  const isLast = next === undefined || /^(inner )?(payload|truncated)$/.test(next.name);
  if (!isLast || layer.fields.length === 0) return [];
  return [`Ethernet ${field(layer, "src")} > ${field(layer, "dst")} type ${field(layer, "type")}`];
}

const ICMP_TYPES: Readonly<Record<string, string>> = {
  "ICMP 0": "echo reply",
  "ICMP 3": "destination unreachable",
  "ICMP 8": "echo request",
  "ICMP 11": "time exceeded",
  "ICMPv6 1": "destination unreachable",
  "ICMPv6 2": "packet too big",
  "ICMPv6 3": "time exceeded",
  "ICMPv6 128": "echo request",
  "ICMPv6 129": "echo reply",
  "ICMPv6 133": "router solicitation",
  "ICMPv6 134": "router advertisement",
  "ICMPv6 135": "neighbor solicitation",
  "ICMPv6 136": "neighbor advertisement",
  "ICMPv6 143": "multicast listener report",
};

function describeIcmp(layer: DecodedLayer, name: string): string {
  const type = field(layer, "type");
  const text = ICMP_TYPES[`${name} ${type}`] ?? `type ${type} code ${field(layer, "code")}`;
  const target = layer.fields.find((each) => each.name === "target")?.value;
  const id = layer.fields.find((each) => each.name === "id")?.value;
  if (target !== undefined) return `${text} for ${target}`;
  return id === undefined ? text : `${text} id ${id} seq ${field(layer, "seq")}`;
}

function field(layer: DecodedLayer | undefined, name: string): string {
  return layer?.fields.find((each) => each.name === name)?.value ?? "?";
}
