// Control operations of scenarios, on a VPC port and the mappings around it.

import { IpAddr, IpCidr, Ipv6Addr, MulticastUnderlay, OpteError } from "opte-api";
import { RouterClass, RouterTarget, type InternetGatewayMap, type RouterEntry } from "oxide-vpc/api";
import type { VpcMappings, VpcPort } from "oxide-vpc";
import { layerDumpJson, layerListJson, tcpDumpJson, uftDumpJson } from "./engine-json.js";
import type { Json } from "./json.js";
import { m2pJson, v2bJson, v2pJson } from "./mapping-json.js";
import type { BareOp, ControlOp, OperationResult } from "./scenario.js";
import { endpointsOf, externalIpv4Of, externalIpv6Of, firewallRuleOf, gatewayMapOf, physNetOf } from "./vpc-values.js";

const DONE: OperationResult = { ok: null };

/** Runs operations on one port. */
export class VpcOperations {
  readonly #port: VpcPort;
  readonly #mappings: VpcMappings;
  readonly #advance: (ms: number) => void;
  /** As the driver of the reference does: kept even when the call that brought it fails, and used by later subnet changes. */
  #gateways: InternetGatewayMap | undefined = undefined;

  /** @param advance moves the port's clock */
  constructor(port: VpcPort, mappings: VpcMappings, advance: (ms: number) => void) {
    this.#port = port;
    this.#mappings = mappings;
    this.#advance = advance;
  }

  /** @throws OpteError where the operation is refused */
  run(op: ControlOp): OperationResult {
    const port = this.#port;
    const { v2p, v2b, m2p } = this.#mappings;
    switch (op.op) {
      case "set_fw_rules":
        port.setFirewallRules(op.rules.map(firewallRuleOf));
        return DONE;
      case "add_fw_rule":
        port.addFirewallRule(firewallRuleOf(op.rule));
        return DONE;
      case "rem_fw_rule":
        port.removeFirewallRule(op.dir, op.id);
        return DONE;
      case "add_router_entry":
        port.addRouterEntry(routerEntryOf(op));
        return DONE;
      case "del_router_entry":
        return { ok: port.delRouterEntry(routerEntryOf(op)).kind === "ok" ? "Ok" : "NotFound" };
      case "set_v2p":
        v2p.set(IpAddr.parse(op.vip), physNetOf(op.phys));
        return DONE;
      case "clear_v2p":
        v2p.remove(physNetOf(op.phys).vni, IpAddr.parse(op.vip));
        return DONE;
      case "set_v2b":
        v2b.add(IpCidr.parse(op.prefix), endpointsOf(op.tep));
        return DONE;
      case "clear_v2b":
        v2b.remove(IpCidr.parse(op.prefix), endpointsOf(op.tep));
        return DONE;
      case "set_m2p":
        return this.#setM2p(op.group, op.underlay);
      case "clear_m2p":
        m2p.remove(IpAddr.parse(op.group));
        return DONE;
      case "set_external_ips":
        this.#gateways = op.inet_gw_map === null ? undefined : gatewayMapOf(op.inet_gw_map);
        port.setExternalIps({
          ...(op.v4 !== null && { externalIpsV4: externalIpv4Of(op.v4) }),
          ...(op.v6 !== null && { externalIpsV6: externalIpv6Of(op.v6) }),
          ...(this.#gateways !== undefined && { inetGwMap: this.#gateways }),
        });
        return DONE;
      case "allow_cidr":
        port.allowCidr(IpCidr.parse(op.cidr), op.dir);
        return DONE;
      case "remove_cidr":
        return cidrResult(port.removeCidr(IpCidr.parse(op.cidr), op.dir));
      case "attach_subnet":
        port.attachSubnet(IpCidr.parse(op.cidr), { isExternal: op.is_external });
        return DONE;
      case "detach_subnet":
        return cidrResult(port.detachSubnet(IpCidr.parse(op.cidr)));
      case "clear_lft":
        port.port.clearLft(op.layer);
        return DONE;
      case "dump_layer":
        return { ok: layerDumpJson(port.port.dumpLayer(op.layer)) };
      case "layer_stats":
        return this.#layerStats(op.layer);
      case "advance":
        this.#advance(op.ms);
        return DONE;
      default:
        return this.#bare(op.op);
    }
  }

  #bare(op: BareOp): OperationResult {
    const { port } = this.#port;
    switch (op) {
      case "clear_uft":
        port.clearUft();
        return DONE;
      case "expire_flows":
        port.expireFlows();
        return DONE;
      case "start":
        port.start();
        return DONE;
      case "pause":
        port.pause();
        return DONE;
      case "reset":
        port.reset();
        return DONE;
      default:
        return { ok: this.#read(op) };
    }
  }

  #read(op: Exclude<BareOp, "clear_uft" | "expire_flows" | "start" | "pause" | "reset">): Json {
    const { port } = this.#port;
    switch (op) {
      case "dump_uft":
        return uftDumpJson(port.dumpUft());
      case "dump_tcp_flows":
        return tcpDumpJson(port.dumpTcpFlows());
      case "dump_v2p":
        return v2pJson(this.#mappings.v2p.dump());
      case "dump_v2b":
        return v2bJson(this.#mappings.v2b.dump());
      case "dump_m2p":
        return m2pJson(this.#mappings.m2p.dump());
      case "list_layers":
        return layerListJson(port.listLayers());
      case "stats":
        return port.stats();
      case "epoch":
        return port.epoch;
      case "state":
        return port.state;
    }
  }

  #setM2p(group: string, underlay: string): OperationResult {
    const address = Ipv6Addr.parse(underlay);
    if (!address.isAdminScopedMulticast) return { invalid: `${underlay} is not in ff04::/16` };
    this.#mappings.m2p.set(IpAddr.parse(group), new MulticastUnderlay(address));
    return DONE;
  }

  #layerStats(layer: string): OperationResult {
    const stats = this.#port.port.layerStats(layer);
    if (stats === undefined) throw new OpteError({ kind: "LayerNotFound", layer });
    return { ok: stats };
  }
}

function routerEntryOf(op: { readonly dest: string; readonly target: string; readonly class: string }): RouterEntry {
  return {
    dest: IpCidr.parse(op.dest),
    target: RouterTarget.parse(op.target),
    class: RouterClass.parse(op.class),
  };
}

function cidrResult(
  result: { readonly kind: "ok"; readonly cidr: IpCidr } | { readonly kind: "notFound" },
): OperationResult {
  return { ok: result.kind === "ok" ? { Ok: result.cidr.toString() } : "NotFound" };
}
