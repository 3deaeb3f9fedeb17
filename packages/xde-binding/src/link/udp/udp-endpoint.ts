// The text forms of a UDP underlay: `udp:[ADDR]:PORT` and `PHYS_IP=[ADDR]:PORT`.

import { Ipv6Addr, PortNumber, TextError } from "opte-api";
import { GENEVE_PORT } from "opte-core";

/** Where a socket is. */
export interface UdpEndpoint {
  readonly address: Ipv6Addr;
  readonly port: number;
}

/** Where the sled with an underlay address is reached; for a group of the underlay, one of those that get its frames. */
export interface UdpPeer {
  readonly physIp: Ipv6Addr;
  readonly endpoint: UdpEndpoint;
}

const UNDERLAY = "UDP underlay";
const PEER = "peer of a UDP underlay";
const SCHEME = "udp:";
const BRACKETED = /^\[([^\]]*)\](?::(.*))?$/s;

/**
 * Reads `udp:[ADDR]:PORT` or `udp:[ADDR]`, whose port is that of Geneve, 6081. With port 0 the system picks one.
 *
 * @throws TextError `bad_scheme`, `bad_endpoint`, or what is wrong with the address or the port
 */
export function parseUdpUnderlay(text: string): UdpEndpoint {
  if (!text.startsWith(SCHEME)) throw new TextError(UNDERLAY, "bad_scheme", text, `it does not begin with "${SCHEME}"`);
  return endpointOf(UNDERLAY, text, text.slice(SCHEME.length));
}

/**
 * Reads `PHYS_IP=[ADDR]:PORT` or `PHYS_IP=[ADDR]`, whose port is that of Geneve, 6081.
 *
 * @throws TextError `no_equals_sign`, `bad_endpoint`, `port_zero`, or what is wrong with an address or the port
 */
export function parseUdpPeer(text: string): UdpPeer {
  const at = text.indexOf("=");
  if (at < 0) throw new TextError(PEER, "no_equals_sign", text, `it is not of the form "PHYS_IP=[ADDR]:PORT"`);
  const physIp = Ipv6Addr.parse(text.slice(0, at));
  const endpoint = endpointOf(PEER, text, text.slice(at + 1));
  if (endpoint.port === PortNumber.DYNAMIC) throw new TextError(PEER, "port_zero", text, "nobody has port 0");
  return { physIp, endpoint };
}

/** `[ADDR]:PORT`. */
export function formatUdpEndpoint({ address, port }: UdpEndpoint): string {
  return `[${address.toString()}]:${port}`;
}

function endpointOf(type: string, text: string, endpoint: string): UdpEndpoint {
  const parts = BRACKETED.exec(endpoint);
  if (parts === null) throw new TextError(type, "bad_endpoint", text, `"${endpoint}" is not of the form "[ADDR]:PORT"`);
  const [, address = "", port] = parts;
  return { address: Ipv6Addr.parse(address), port: port === undefined ? GENEVE_PORT : PortNumber.parse(port) };
}
