// Subcommands about the layers and flows of a port.

import { asText } from "../grammar/values.js";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { compatTcpFlows, compatUft } from "../print/compat/compat-flows.js";
import { compatLayer, compatLayers } from "../print/compat/compat-layers.js";
import { tcpFlowTables, uftTables } from "../print/table/flow-tables.js";
import { layersTables, layerTables } from "../print/table/layer-tables.js";
import type { Session } from "../run/session.js";
import { type PortOption, withPort } from "./port-option.js";

/** Adds them. */
export function addLayerCommands(make: SubcommandMaker, session: Session): void {
  withPort(make("list-layers", "list the layers of a port, as outbound packets pass them")).action(
    async ({ p: port }: PortOption) => {
      const layers = await (await session.device()).call("ListLayers", { portName: port });
      session.show({ json: layers, tables: () => layersTables(layers), compat: () => compatLayers(layers) });
    },
  );

  withPort(make("dump-layer", "show the rules and flows of a layer"))
    .positional("<NAME>", "the layer: gateway, firewall, router, nat, overlay", asText)
    .action(async (name: string, { p: port }: PortOption) => {
      const layer = await (await session.device()).dumpLayer({ portName: port, name });
      session.show({ json: layer, tables: () => layerTables(layer), compat: () => compatLayer(port, layer) });
    });

  withPort(make("dump-uft", "show the unified flow table of a port")).action(async ({ p: port }: PortOption) => {
    const uft = await (await session.device()).dumpUft({ portName: port });
    session.show({ json: uft, tables: () => uftTables(uft), compat: () => compatUft(uft) });
  });

  withPort(make("dump-tcp-flows", "show the TCP connections of a port")).action(async ({ p: port }: PortOption) => {
    const flows = await (await session.device()).dumpTcpFlows({ portName: port });
    session.show({ json: flows, tables: () => tcpFlowTables(flows), compat: () => compatTcpFlows(flows) });
  });

  withPort(make("clear-uft", "forget the unified flows of a port")).action(async ({ p: port }: PortOption) => {
    await (await session.device()).call("ClearUft", { portName: port });
    session.done();
  });

  withPort(make("clear-lft", "forget the flows of a layer"))
    .positional("<LAYER>", "the layer: gateway, firewall, router, nat, overlay", asText)
    .action(async (layerName: string, { p: port }: PortOption) => {
      await (await session.device()).call("ClearLft", { portName: port, layerName });
      session.done();
    });
}
