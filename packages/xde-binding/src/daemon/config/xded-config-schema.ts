// Schema of the daemon's configuration file.

import { TextError } from "opte-api";
import * as v from "valibot";
import { parseUdpPeer, parseUdpUnderlay } from "../../link/udp/udp-endpoint.js";
import type { XdedConfig } from "./xded-config.js";
import { parseSocketAddress, type SocketAddress } from "./socket-address.js";

const path = v.pipe(v.string(), v.nonEmpty("Expected a path"));

/** A text that `parse` reads. */
function text<T>(parse: (text: string) => T, description: string): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.string(),
    v.metadata({ description }),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        if (!(error instanceof TextError)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  );
}

const socketAddress: v.GenericSchema<unknown, SocketAddress> = text(
  parseSocketAddress,
  "Address and port, such as 127.0.0.1:9190 or [::1]:9190",
);

/** A configuration whose ports are still to be read, by `parsePortConfig`. */
export type XdedConfigDraft = Omit<XdedConfig, "ports"> & { readonly ports: readonly unknown[] };

export const xdedConfigSchema: v.GenericSchema<unknown, XdedConfigDraft> = v.strictObject({
  $schema: v.exactOptional(v.string()),
  state: v.exactOptional(v.pipe(path, v.description("Folder in which the state is kept"))),
  socket: v.exactOptional(v.pipe(path, v.description("Unix socket for commands"))),
  listen: v.exactOptional(socketAddress),
  underlay: v.exactOptional(
    v.strictObject({
      bind: text(parseUdpUnderlay, "Where the link receives: udp:[ADDR]:PORT"),
      peers: v.optional(
        v.array(text(parseUdpPeer, "Where the sled of an underlay address is reached: PHYS_IP=[ADDR]:PORT")),
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
