// Subcommands about the addresses that a port has besides its private ones.

import { Direction, IpAddr, IpCidr } from "opte-api";
import { type InternetGatewayMap, type SetExternalIpsReq, Uuid } from "oxide-vpc/api";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import { UsageError } from "../grammar/usage-error.js";
import type { Session } from "../run/session.js";
import type { XdeDevice } from "../run/xde-device.js";
import { UserError } from "xde-binding/program";
import { externalIpv4, externalIpv6, type ExternalOptions, withExternalIps } from "./external-options.js";
import { type PortOption, withPort } from "./port-option.js";

interface ExternalIpsOptions extends PortOption, ExternalOptions {
  readonly igw: InternetGatewayMap;
}

interface CidrOptions extends PortOption {
  readonly dir?: Direction;
}

/** Adds them. */
export function addAddressCommands(make: SubcommandMaker, session: Session): void {
  withExternalIps(withPort(make("set-external-ips", "replace all external addresses of a port, of both families")))
    .collects("--igw <IP=UUID>", "gateway that an address belongs to; may be given several times", addGateway)
    .addHelpText("after", "\nA family for which no address is given has none afterwards.")
    .action(async (options: ExternalIpsOptions) => {
      await (await session.device()).call("SetExternalIps", externalIpsRequest(options));
      session.done();
    });

  withPort(make("allow-cidr", "let packets of others pass through the guest"))
    .positional("<PREFIX>", "their addresses", IpCidr.parse)
    .takes("--dir <DIRECTION>", "in or out; both if left out", Direction.parse)
    .action(async (cidr: IpCidr, { p: portName, dir }: CidrOptions) => {
      const device = await session.device();
      const allow = (way: Direction): Promise<unknown> => device.call("AllowCidr", { portName, cidr, dir: way });
      const undo = (): Promise<unknown> => device.call("RemoveCidr", { portName, cidr, dir: "in" });
      await inDirections(dir, toldAs(session, "allow", dir, allow), undo);
      session.done();
    });

  withPort(make("remove-cidr", "let packets of others no longer pass through the guest"))
    .positional("<PREFIX>", "their addresses", IpCidr.parse)
    .takes("--dir <DIRECTION>", "in or out; both if left out", Direction.parse)
    .action(async (cidr: IpCidr, { p: portName, dir }: CidrOptions) => {
      const device = await session.device();
      const undo = (): Promise<unknown> => device.call("AllowCidr", { portName, cidr, dir: "in" });
      const remove = (way: Direction): Promise<unknown> => removeCidr(session, device, portName, cidr, way);
      await inDirections(dir, toldAs(session, "deny", dir, remove), undo);
      session.done();
    });

  withPort(make("attach-subnet", "give the guest the addresses of a subnet"))
    .positional("<PREFIX>", "the subnet", IpCidr.parse)
    .option("-e, --external", "they leave the VPC as they are, without NAT")
    .action(async (cidr: IpCidr, { p: portName, external }: PortOption & { readonly external?: true }) => {
      const cfg = { isExternal: external === true };
      await (await session.device()).call("AttachSubnet", { portName, cidr, cfg });
      session.done();
    });

  withPort(make("detach-subnet", "take the addresses of a subnet from the guest"))
    .positional("<PREFIX>", "the subnet", IpCidr.parse)
    .action(async (cidr: IpCidr, { p: portName }: PortOption) => {
      const { kind } = await (await session.device()).call("DetachSubnet", { portName, cidr });
      if (kind === "notFound") throw new UserError(`Subnet ${cidr.toString()} is not attached to port "${portName}"`);
      session.done();
    });
}

function externalIpsRequest(options: ExternalIpsOptions): SetExternalIpsReq {
  const ipv4 = externalIpv4(options);
  const ipv6 = externalIpv6(options);
  return {
    portName: options.p,
    ...(ipv4 === undefined ? {} : { externalIpsV4: ipv4 }),
    ...(ipv6 === undefined ? {} : { externalIpsV6: ipv6 }),
    ...(options.igw.length === 0 ? {} : { inetGwMap: options.igw }),
  };
}

/** Adds `IP=UUID` to the gateways so far. */
function addGateway(text: string, earlier: InternetGatewayMap): InternetGatewayMap {
  const equals = text.indexOf("=");
  if (equals < 0) throw new UsageError(`'${text}' of '--igw <IP=UUID>' has no '='`);
  const ip = IpAddr.parse(text.slice(0, equals));
  const gateway = Uuid.parse(text.slice(equals + 1));
  const others = earlier.filter(([each]) => !IpAddr.equals(each, ip));
  const known = earlier.find(([each]) => IpAddr.equals(each, ip))?.[1] ?? [];
  const gateways = [...new Set([...known, gateway])].toSorted();
  return [...others, [ip, gateways] as const].toSorted(([a], [b]) => IpAddr.compare(a, b));
}

/** Does something for one direction, or for both: what was done inbound is undone if it fails outbound. */
async function inDirections(
  dir: Direction | undefined,
  change: (dir: Direction) => Promise<unknown>,
  undoInbound: () => Promise<unknown>,
): Promise<void> {
  if (dir !== undefined) {
    await change(dir);
    return;
  }
  await change("in");
  try {
    await change("out");
  } catch (error) {
    await undoInbound().catch((undoError: unknown) => {
      const message = "The outbound change failed, and the inbound one cannot be undone";
      throw new AggregateError([error, undoError], `${message}: ${reason(error)}; ${reason(undoError)}`);
    });
    throw error;
  }
}

/** Of two directions, the reference says when it was the inbound one that failed. */
function toldAs(
  { format }: Session,
  verb: string,
  dir: Direction | undefined,
  change: (dir: Direction) => Promise<unknown>,
): (dir: Direction) => Promise<unknown> {
  if (format !== "compat" || dir !== undefined) return change;
  return async (way) => {
    try {
      await change(way);
    } catch (error) {
      if (way === "out") throw error;
      const message = `failed to ${verb} on inbound direction\n\nCaused by:\n    ${reason(error)}`;
      throw new UserError(message, { cause: error });
    }
  };
}

async function removeCidr(
  { format }: Session,
  device: XdeDevice,
  portName: string,
  cidr: IpCidr,
  dir: Direction,
): Promise<void> {
  const { kind } = await device.call("RemoveCidr", { portName, cidr, dir });
  if (kind !== "notFound") return;
  throw new UserError(
    format === "compat"
      ? `could not remove cidr ${cidr.toString()} from gateway (${dir.toUpperCase()}) -- not found`
      : `CIDR ${cidr.toString()} is not allowed ${dir} on port "${portName}"`,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
