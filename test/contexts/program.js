// What every context runs: the built bare packages, on one input, to one text that must be the same everywhere.

import * as opteApi from "opte-api";
import * as opteCore from "opte-core";
import * as oxideVpc from "oxide-vpc";
import * as oxideVpcApi from "oxide-vpc/api";

/**
 * @param {string} input text that the contexts hand over unchanged
 * @returns {Promise<string>} what the packages made of it
 */
export async function run(input) {
  const surface = Object.entries({ opteApi, opteCore, oxideVpc, oxideVpcApi }).map(([name, module]) => ({
    name,
    exports: Object.keys(module).sort(),
  }));
  return JSON.stringify({ input, surface });
}
