// What every context runs: the built bare packages, on one input, to one text that must be the same everywhere.

import * as opteApi from "opte-api";
import * as opteCore from "opte-core";
import { eventJson, parseReplayConfig, replay, summaryJson } from "opte-sim/replay";
import * as oxideVpc from "oxide-vpc";
import * as oxideVpcApi from "oxide-vpc/api";

const { decodeUtf8, encodeUtf8 } = opteApi;

/**
 * @param {string} input JSON: a `text` to hand through, the `capture` to replay in base64, and the `config` of its port
 * @returns {Promise<string>} what the packages made of it, as JSON
 */
export async function run(input) {
  const { text, capture, config } = JSON.parse(input);
  const replayed = replay(
    Uint8Array.from(atob(capture), (character) => character.charCodeAt(0)),
    parseReplayConfig(config),
  );
  const events = [...replayed].map(eventJson);
  const surface = Object.entries({ opteApi, opteCore, oxideVpc, oxideVpcApi }).map(([name, module]) => ({
    name,
    exports: Object.keys(module).sort(),
  }));
  return JSON.stringify({
    text: decodeUtf8(encodeUtf8(text)),
    surface,
    events,
    summary: summaryJson(replayed.summary()),
  });
}
