// Where a socket is: `ADDR:PORT`, with IPv6 addresses in brackets.

import { isIP, isIPv6 } from "node:net";
import { TextError } from "opte-api";

/** An address and a port. */
export interface SocketAddress {
  /** IP address, without brackets. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** Reads `127.0.0.1:9190` or `[::1]:9190`. @throws TextError */
export function parseSocketAddress(text: string): SocketAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  const isHost = bracketed === undefined ? isIP(host) === 4 : isIPv6(host);
  if (isHost && port <= 0xffff) return { host, port };
  throw new TextError("socket address", "bad_address", text, "expected ADDR:PORT such as 127.0.0.1:9190 or [::1]:9190");
}

/** Writes what {@link parseSocketAddress} reads. */
export function socketAddressText({ host, port }: SocketAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
