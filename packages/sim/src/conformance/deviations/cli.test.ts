import { describe, expect, it } from "vitest";
import type { CliExpectation } from "../cli-expectation.js";
import { FieldReader, type JsonObject } from "../json.js";
import { CLI_DEVIATIONS } from "./cli.js";

const RECORDED: CliExpectation = { exit: 0, requests: [], stderrContains: [] };

/** What the rules make of a record, by the weakness of the one that applies. */
function applied(record: JsonObject, recorded: Partial<CliExpectation> = {}): unknown {
  const reader = new FieldReader(record, "");
  return Object.fromEntries(
    CLI_DEVIATIONS.map((rule) => [rule.weakness, rule.expect(reader, { ...RECORDED, ...recorded })] as const).filter(
      ([, expected]) => expected !== undefined,
    ),
  );
}

describe("the deviation rules of the command line", () => {
  const DETACH = { argv: ["detach-subnet", "-p", "g1", "10.0.0.0/24"], ok: { cmd: "detach-subnet", fields: {} } };

  it("want exit code 1 only of a subnet that the device does not know", () => {
    expect(applied({ ...DETACH, device: { DetachSubnet: ["not_found"] } })).toMatchObject({
      "05 W15 not found": { exit: 1, stderrContains: ["not attached"] },
    });
    expect(applied({ ...DETACH, device: { DetachSubnet: ["ok"] } })).toEqual({});
  });

  it("want the addresses of both families in one request, each in its place", () => {
    const fields = {
      port: "g1",
      external_net: {
        snat: { snat_ip: "10.0.0.9", snat_start: 1, snat_end: 2 },
        ephemeral_ip: "2001:db8::1",
        floating_ip: ["10.0.0.1", "2001:db8::2"],
      },
    };
    const record = { argv: ["set-external-ips"], ok: { cmd: "set-external-ips", fields } };
    expect(applied(record, { exit: 1 })).toMatchObject({
      "05 W15 families": {
        exit: 0,
        requests: [
          {
            cmd: "SetExternalIps",
            request: {
              external_ips_v4: {
                snat: { external_ip: "10.0.0.9", ports: { start: 1, end: 2 } },
                ephemeral_ip: null,
                floating_ips: ["10.0.0.1"],
              },
              external_ips_v6: { snat: null, ephemeral_ip: "2001:db8::1", floating_ips: ["2001:db8::2"] },
            },
          },
        ],
      },
    });
    expect(applied(record, { exit: 0, requests: [{ cmd: "SetExternalIps" }] })).toEqual({});
  });

  it.each([
    ["+7", true],
    ["007", true],
    ["010.0.0.1", true],
    ["10.0.0.0/08", true],
    ["0", false],
    ["10.0.0.0/8", false],
    ["00:11:22:33:44:55", false],
    ["fd00::01", false],
  ])("say of %s whether it is a number that ours refuses: %s", (word, isLax) => {
    const record = { argv: ["rm-fw-rule", word], ok: { cmd: "rm-fw-rule", fields: {} } };
    const expected = isLax ? { "text numbers": { exit: 2, requests: [], stderrContains: [word] } } : {};
    expect(applied(record)).toEqual(expected);
  });
});
