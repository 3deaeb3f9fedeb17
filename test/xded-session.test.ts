// The walk-through of xded, run line by line on the built programs.

import { DocumentSession } from "./document-session.ts";
import { freeTcpPort, freeUdpPort } from "./free-port.ts";
import { requireCommands } from "./requirement.ts";

/** Ports of the document, and others that are free here. */
const session = new DocumentSession("docs/xded.md", [
  [":6081", `:${await freeUdpPort()}`],
  [":6082", `:${await freeUdpPort()}`],
  [":9190", `:${await freeTcpPort()}`],
]);

requireCommands("curl").describe("the walk-through of xded", () => {
  session.declareTests();
});
