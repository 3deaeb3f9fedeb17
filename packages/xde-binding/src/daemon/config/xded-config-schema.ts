// Schema of the daemon's configuration file.

import { textSchema } from "oxide-vpc/api";
import * as v from "valibot";
import { parseUdpPeer, parseUdpUnderlay } from "../../link/udp/udp-endpoint.js";
import type { XdedConfig } from "./xded-config.js";
import { parseSocketAddress, type SocketAddress } from "./socket-address.js";

const NO_PATH = "Expected a path";
const path = v.pipe(v.string(NO_PATH), v.nonEmpty(NO_PATH));

const socketAddress: v.GenericSchema<unknown, SocketAddress> = textSchema(parseSocketAddress, {
  description: "Address and port, such as 127.0.0.1:9190 or [::1]:9190",
});

/** A configuration whose ports are still to be read, by `parsePortConfig`. */
export type XdedConfigDraft = Omit<XdedConfig, "ports"> & { readonly ports: readonly unknown[] };

export const xdedConfigSchema: v.GenericSchema<unknown, XdedConfigDraft> = v.strictObject({
  $schema: v.exactOptional(v.string()),
  state: v.exactOptional(v.pipe(path, v.description("Folder in which the state is kept"))),
  socket: v.exactOptional(v.pipe(path, v.description("Unix socket for commands"))),
  listen: v.exactOptional(socketAddress),
  underlay: v.exactOptional(
    v.strictObject({
      bind: textSchema(parseUdpUnderlay, { description: "Where the link receives: udp:[ADDR]:PORT" }),
      peers: v.optional(
        v.array(
          textSchema(parseUdpPeer, {
            description: "Where the sled of an underlay address is reached: PHYS_IP=[ADDR]:PORT",
          }),
        ),
        [],
      ),
    }),
  ),
  guests: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.nonEmpty("Expected a port's name")), path),
      v.description("Unix socket on which the guest of each port connects"),
    ),
    {},
  ),
  flows: v.optional(
    v.pipe(v.picklist(["forget", "keep"]), v.description("Whether flows outlive a graceful stop")),
    "forget",
  ),
  ports: v.optional(v.array(v.unknown()), []),
});
