// Subcommands about the routes of a port.

import { IpCidr } from "opte-api";
import { type AddRouterEntryReq, RouterClass, RouterTarget } from "oxide-vpc/api";
import type { Subcommand, SubcommandMaker } from "../grammar/subcommand.js";
import type { Session } from "../run/session.js";
import { UserError } from "xde-binding/program";
import { type PortOption, withPort } from "./port-option.js";

/** Adds them. */
export function addRouterCommands(make: SubcommandMaker, session: Session): void {
  withRoute(make("add-router-entry", "add a route"), async (route) => {
    await (await session.device()).call("AddRouterEntry", route);
    session.done();
  });

  withRoute(make("del-router-entry", "remove a route"), async (route) => {
    const { kind } = await (await session.device()).call("DelRouterEntry", route);
    if (kind === "notFound") throw new UserError(`There is no route to ${route.dest.toString()}`);
    session.done();
  });
}

function withRoute(subcommand: Subcommand, run: (route: AddRouterEntryReq) => Promise<void>): void {
  withPort(subcommand)
    .positional("<DEST>", "destination CIDR", IpCidr.parse)
    .positional("<TARGET>", "drop, ig, ig=UUID, ip4=IP, ip6=IP, sub4=CIDR or sub6=CIDR", RouterTarget.parse)
    .positional("<CLASS>", "system or custom", RouterClass.parse)
    .action((dest: IpCidr, target: RouterTarget, routerClass: RouterClass, { p: portName }: PortOption) =>
      run({ portName, dest, target, class: routerClass }),
    );
}
