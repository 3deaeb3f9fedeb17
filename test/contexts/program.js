// What every context runs: the built bare packages, on one input, to one text that must be the same everywhere.

import * as opteApi from "opte-api";
import * as opteCore from "opte-core";
import * as oxideVpc from "oxide-vpc";
import * as oxideVpcApi from "oxide-vpc/api";

const { IpCidr, Ipv6Addr, MacAddr, OpteError, decodeUtf8, encodeUtf8 } = opteApi;

/**
 * @param {string} input text that the contexts hand over unchanged
 * @returns {Promise<string>} what the packages made of it, as JSON
 */
export async function run(input) {
  const mac = MacAddr.parse("a8:40:25:ff:77:77");
  const values = {
    mac: String(mac),
    linkLocal: String(Ipv6Addr.fromEui64(mac)),
    cidr: String(IpCidr.parse("192.168.2.9/24")),
    error: new OpteError({ kind: "PortNotFound", port: input }).message,
    utf8: [...encodeUtf8(input)],
    text: decodeUtf8(encodeUtf8(input)),
  };
  const surface = Object.entries({ opteApi, opteCore, oxideVpc, oxideVpcApi }).map(([name, module]) => ({
    name,
    exports: Object.keys(module).sort(),
  }));
  return JSON.stringify({ values, surface });
}
