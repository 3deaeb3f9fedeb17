// Subcommands about ports as a whole, and about the underlay that they need.

import { IpAddr, IpCidr, DomainName, Ipv6Addr, MacAddr, Vni } from "opte-api";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { asText, commaSeparated, numberUpTo, oncePerFamily } from "../grammar/values.js";
import { compatPorts } from "../print/compat/compat-ports.js";
import { portTables } from "../print/table/port-tables.js";
import type { Session } from "../run/session.js";
import { createFromConfig } from "./create-from-config.js";
import { type CreateOptions, vpcCfg } from "./create-options.js";
import { withExternalIps } from "./external-options.js";

const MAX_UINT32 = 0xffffffff;

/** Adds them. */
export function addPortCommands(make: SubcommandMaker, session: Session): void {
  make("list-ports", "list all ports").action(async () => {
    const ports = await (await session.device()).call("ListPorts", undefined);
    session.show({ json: ports, tables: () => portTables(ports), compat: () => compatPorts(ports) });
  });

  addCreateXde(make, session);

  make("delete-xde", "delete a port")
    .positional("<NAME>", "the port", asText)
    .action(async (xdeDevname: string) => {
      await (await session.device()).call("DeleteXde", { xdeDevname });
      session.done();
    });

  make("set-xde-underlay", "choose the two links to the underlay")
    .positional("<U1>", "first link", asText)
    .positional("<U2>", "second link", asText)
    .action(async (u1: string, u2: string) => {
      await (await session.device()).call("SetXdeUnderlay", { u1, u2 });
      session.done();
    });

  make("clear-xde-underlay", "give the links to the underlay up").action(async () => {
    await (await session.device()).call("ClearXdeUnderlay", undefined);
    session.done();
  });
}

/** Either the options, or a file. */
type CreateSource =
  (CreateOptions & { readonly config?: undefined }) | { readonly config: string; readonly guestMac?: MacAddr };

function addCreateXde(make: SubcommandMaker, session: Session): void {
  const create = make("create-xde", "create a port of one address family or of both")
    .positional("<NAME>", "the port", asText)
    .needs("--guest-mac <GUEST_MAC>", "MAC address of the guest", (text) => MacAddr.parse(text))
    .collects("--private-ip <PRIVATE_IP>", "the guest's address; once a family", oncePerFamily(IpAddr.parse), true)
    .collects("--vpc-subnet <VPC_SUBNET>", "its subnet; once a family", oncePerFamily(IpCidr.parse), true)
    .needs("--gateway-mac <GATEWAY_MAC>", "MAC address of the virtual gateway", (text) => MacAddr.parse(text))
    .collects("--gateway-ip <GATEWAY_IP>", "the gateway's address; once a family", oncePerFamily(IpAddr.parse), true)
    .needs("--vpc-vni <VPC_VNI>", "the VPC", Vni.parse)
    .needs("--src-underlay-addr <SRC_UNDERLAY_ADDR>", "underlay address of this sled", (text) => Ipv6Addr.parse(text))
    .takes("--mtu <MTU>", "told to the guest, in bytes; 1500 if left out", numberUpTo(MAX_UINT32));
  withExternalIps(create)
    .takes("--hostname <HOSTNAME>", "told to the guest", (text) => DomainName.parse(text))
    .takes("--host-domain <HOST_DOMAIN>", "told to the guest", (text) => DomainName.parse(text))
    .collects(
      "--dns-servers <DNS_SERVERS>",
      "told to the guest: addresses, separated by commas",
      commaSeparated(IpAddr.parse),
    )
    .collects(
      "--domain-search-list <DOMAIN_SEARCH_LIST>",
      "told to the guest: domains, separated by commas",
      commaSeparated((text) => DomainName.parse(text)),
    )
    .takes("--config <FILE>", "take all of it, and rules, routes and mappings, from a JSON file", asText)
    .insteadOfAll("--config")
    .action(async (name: string | undefined, options: CreateSource) => {
      if (options.config === undefined) await createFromOptions(session, name ?? "", options);
      else await createFromConfig(session, options.config, name !== undefined || options.guestMac !== undefined);
      session.done();
    });
}

async function createFromOptions(session: Session, xdeDevname: string, options: CreateOptions): Promise<void> {
  const { mtu } = options;
  const request = { linkid: 0, xdeDevname, cfg: vpcCfg(options), ...(mtu === undefined ? {} : { mtu }) };
  await (await session.device()).call("CreateXde", request);
}
