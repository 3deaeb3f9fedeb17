// The device as subcommands see it.

import type { XdeClient } from "xde-binding/in-process";

/** Whoever carries out the commands of a device: a client, or what stands in for one. Large tables are read by the methods for them. */
export type XdeDevice = Pick<XdeClient, "call" | "close" | "dumpLayer" | "dumpUft" | "dumpTcpFlows">;
