// Where our command line does better than the reference's (spec 05 §23 item 15, vectors/FORMAT-text.md).

import type { CliExpectation } from "../cli-expectation.js";
import { type FieldReader, isArray, type Json, readString } from "../json.js";

/** One allowed difference of a command line. It must not depend on particular addresses. */
export interface CliDeviationRule {
  /** The weakness it rests on. */
  readonly weakness: string;
  /** What differs and why, in one sentence. */
  readonly sentence: string;
  /** Our expectation where the rule applies, which is then checked like any other; else `undefined`. */
  readonly expect: (record: FieldReader, recorded: CliExpectation) => CliExpectation | undefined;
}

const NOT_FOUND: CliDeviationRule = {
  weakness: "05 W15 not found",
  sentence: "A subnet that is not attached cannot be detached: exit code 1, not silence.",
  expect: (record, recorded) => {
    const answers = record.objectOrNull("device")?.raw("DetachSubnet");
    const isHidden = recorded.exit === 0 && isArray(answers) && answers[0] === "not_found";
    return isHidden ? { exit: 1, requests: recorded.requests, stderrContains: ["not attached"] } : undefined;
  },
};

const BOTH_FAMILIES: CliDeviationRule = {
  weakness: "05 W15 families",
  sentence: "External addresses of both families are set by one command, not refused.",
  expect: (record, recorded) => {
    const ok = record.objectOrNull("ok");
    if (ok?.string("cmd") !== "set-external-ips" || recorded.exit !== 1 || recorded.requests.length > 0)
      return undefined;
    const fields = ok.object("fields");
    const request = {
      port_name: fields.string("port"),
      external_ips_v4: ofFamily(fields.object("external_net"), (ip) => !ip.includes(":")),
      external_ips_v6: ofFamily(fields.object("external_net"), (ip) => ip.includes(":")),
      inet_gw_map: null,
    };
    return { exit: 0, requests: [{ cmd: "SetExternalIps", request }], stdout: "", stderrContains: [] };
  },
};

/** The addresses of one family among those given. */
function ofFamily(given: FieldReader, isOurs: (ip: string) => boolean): Json {
  const snat = given.objectOrNull("snat");
  const ephemeral = given.stringOrNull("ephemeral_ip");
  const snatIp = snat?.stringOrNull("snat_ip") ?? null;
  return {
    snat:
      snat === null || snatIp === null || !isOurs(snatIp)
        ? null
        : { external_ip: snatIp, ports: { start: snat.raw("snat_start") ?? null, end: snat.raw("snat_end") ?? null } },
    ephemeral_ip: ephemeral !== null && isOurs(ephemeral) ? ephemeral : null,
    floating_ips: given.listOrEmpty("floating_ip", readString).filter(isOurs),
  };
}

const LAX_NUMBERS: CliDeviationRule = {
  weakness: "text numbers",
  sentence:
    "Numbers with a leading plus sign or superfluous zeros are refused, as in all texts: programs differ in what they mean.",
  expect: (record, recorded) => {
    if (!record.has("ok")) return undefined;
    const lax = record.list("argv", readString).find(hasLaxNumber);
    return lax === undefined || recorded.exit === 2 ? undefined : { exit: 2, requests: [], stderrContains: [lax] };
  },
};

function hasLaxNumber(word: string): boolean {
  return word.split(/[.,/=]/).some((part) => /^(?:\+[0-9]+|0[0-9]+)$/.test(part));
}

/** All of them, in the order in which they are asked; the first one that applies decides. */
export const CLI_DEVIATIONS: readonly CliDeviationRule[] = [NOT_FOUND, BOTH_FAMILIES, LAX_NUMBERS];
