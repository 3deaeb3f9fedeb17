import { describe, expect, it } from "vitest";
import type { DeviationRule } from "./deviation.js";
import { explainReport } from "./explain.js";
import type { Report } from "./report.js";
import { runScenario } from "./run-scenario.js";
import type { ControlOp, PacketOutcome, Scenario, ScenarioOp, StepResult } from "./scenario.js";
import { readScenario } from "./scenario-reader.js";
import { NotSupported, type Subject } from "./subject.js";

const FLOW = { flow: { proto: 255, src: "0.0.0.0", dst: "0.0.0.0" }, flow_crc32: 0 };
const HAIRPIN = "a84025fafa37a84025ff777708060001080006040002a84025ff7777ac1e0001a84025fafa37ac1e0005";

/** A scenario of one port with these steps, each with its recorded result. */
function scenario(...steps: readonly (readonly [op: object, result: object])[]): Scenario {
  return readScenario({
    name: "one",
    area: "arp",
    port: {
      name: "p0",
      ip_cfg: {
        ipv4: { vpc_subnet: "10.0.0.0/24", private_ip: "10.0.0.5", gateway_ip: "10.0.0.1", external_ips: {} },
      },
      guest_mac: "02:00:00:00:00:01",
      gateway_mac: "02:00:00:00:00:02",
      vni: 7,
      phys_ip: "fd00::1",
      dhcp: {},
    },
    setup: [],
    steps: steps.map(([op]) => ({ ...op })),
    expect: { setup: [], steps: steps.map(([, result]) => ({ ...result })) },
  });
}

const EPOCH = { op: "epoch" };
const PACKET = { op: "packet", dir: "out", hex: "0102" };
const DROP = { verdict: "drop", reason: { kind: "tcp_err" }, ...FLOW, stats: { out_drop: 1 } };

/** A subject that answers operations and packets as told, and counts drops. */
function fakeSubject(answers: {
  operate?: (op: ControlOp) => StepResult;
  process?: (frame: Uint8Array) => PacketOutcome;
}): Subject & { readonly log: string[] } {
  const log: string[] = [];
  return {
    log,
    createPort() {
      let drops = 10;
      return {
        operate(op) {
          log.push(op.op);
          const result = answers.operate?.(op) ?? { ok: null };
          if ("verdict" in result) throw new TypeError("A test gave an operation the result of a packet");
          return result;
        },
        process(dir, frame) {
          log.push(dir);
          drops++;
          return answers.process?.(frame) ?? { verdict: "drop", reason: { kind: "tcp_err" }, ...FLOW };
        },
        counters: () => ({ out_drop: drops, out_modified: 3 }),
      };
    },
  };
}

const problems = (report: Report): (string | undefined)[] => report.mismatches.map((mismatch) => mismatch.problem);

describe("runScenario", () => {
  it("starts the port between setup and steps, and passes if all results agree", () => {
    const subject = fakeSubject({});
    const report = runScenario(scenario([EPOCH, { ok: null }], [PACKET, DROP]), subject, []);
    expect(report).toEqual({ area: "arp", name: "one", mismatches: [], deviations: [] });
    expect(subject.log).toEqual(["start", "epoch", "out"]);
  });

  it("leaves the port ready if the scenario starts it itself", () => {
    const subject = fakeSubject({});
    runScenario({ ...scenario([EPOCH, { ok: null }]), autostart: false }, subject, []);
    expect(subject.log).toEqual(["epoch"]);
  });

  it("reports every step that differs and goes on", () => {
    const report = runScenario(
      scenario([EPOCH, { ok: 1 }], [EPOCH, { ok: null }], [EPOCH, { ok: 3 }]),
      fakeSubject({}),
      [],
    );
    expect(report.mismatches.map((mismatch) => mismatch.where)).toEqual(["steps[0] epoch", "steps[2] epoch"]);
  });

  it("does not let the subject change the frames of the scenario", () => {
    const one = scenario([PACKET, DROP]);
    const subject = fakeSubject({
      process(frame) {
        frame.fill(0);
        return { verdict: "drop", reason: { kind: "tcp_err" }, ...FLOW };
      },
    });
    runScenario(one, subject, []);
    expect(one.steps[0]).toMatchObject({ frame: Uint8Array.of(1, 2) });
  });

  it("fails with the reason if the subject cannot run it yet", () => {
    const unable: Subject = {
      createPort() {
        throw new NotSupported("IPv6 ports");
      },
    };
    expect(problems(runScenario(scenario(), unable, []))).toEqual(["Not yet supported: IPv6 ports"]);
  });

  it("fails at an exception, and stops there", () => {
    const subject = fakeSubject({
      operate(op) {
        if (op.op === "epoch") throw new RangeError("Out of range");
        return { ok: null };
      },
    });
    const report = runScenario(scenario([EPOCH, { ok: 1 }], [EPOCH, { ok: 1 }]), subject, []);
    expect(report.mismatches).toEqual([
      { where: "steps[0] epoch", problem: "Exception: RangeError: Out of range", differences: [] },
    ]);
  });
});

describe("a deviation rule", () => {
  /** Answers every `epoch` behind a packet with 100 more than recorded. */
  const rule: DeviationRule = {
    weakness: "02 W0",
    sentence: "Epochs are higher behind a packet",
    watch() {
      let packets = 0;
      return {
        expect(op: ScenarioOp, expected: StepResult) {
          if (op.op === "packet") packets++;
          if (op.op !== "epoch" || packets === 0 || !("ok" in expected)) return undefined;
          return { ok: Number(expected.ok) + 100 };
        },
      };
    },
  };
  const answering = (epoch: number): Subject =>
    fakeSubject({ operate: (op) => ({ ok: op.op === "epoch" ? epoch : null }) });

  it("replaces the expected result where it applies, and is counted as touched", () => {
    const report = runScenario(scenario([PACKET, DROP], [EPOCH, { ok: 4 }]), answering(104), [rule]);
    expect(report).toMatchObject({ mismatches: [], deviations: ["02 W0"] });
  });

  it("has its expected result checked like any other", () => {
    const report = runScenario(scenario([PACKET, DROP], [EPOCH, { ok: 4 }]), answering(4), [rule]);
    expect(report.mismatches[0]?.differences).toEqual([{ path: "ok", expected: 104, actual: 4 }]);
  });

  it("leaves alone what it does not apply to", () => {
    const report = runScenario(scenario([EPOCH, { ok: 4 }], [PACKET, DROP]), answering(4), [rule]);
    expect(report).toMatchObject({ mismatches: [], deviations: [] });
  });
});

describe("explainReport", () => {
  it("tells a frame's differences field by field, then as bytes", () => {
    const recorded = { verdict: "hairpin", hex: HAIRPIN, ...FLOW, stats: { out_drop: 1 } };
    const other = Buffer.from(HAIRPIN.replace("ac1e0001", "ac1e0009"), "hex");
    const subject = fakeSubject({ process: () => ({ verdict: "hairpin", frame: Uint8Array.from(other), ...FLOW }) });
    const report = runScenario(scenario([PACKET, recorded]), subject, []);
    expect(explainReport(report)).toEqual([
      "FAILED arp: one",
      "  steps[0] packet out: (truncated)",
      "    ARP spa",
      '      expected "172.30.0.1"',
      '      actual   "172.30.0.9"',
      "    bytes (expected -, actual +)",
      "      0010 - 08 00 06 04 00 02 a8 40 25 ff 77 77 ac 1e 00 01",
      "      0010 + 08 00 06 04 00 02 a8 40 25 ff 77 77 ac 1e 00 09",
      "                                                          ^^",
    ]);
  });

  it("tells another verdict with the reason given, and the frame that was expected", () => {
    const recorded = { verdict: "hairpin", hex: HAIRPIN, ...FLOW, stats: { out_drop: 1 } };
    const report = runScenario(scenario([PACKET, recorded]), fakeSubject({}), []);
    expect(explainReport(report)).toEqual([
      "FAILED arp: one",
      "  steps[0] packet out: (truncated)",
      "    verdict",
      '      expected "hairpin"',
      '      actual   "drop"',
      "    reason",
      "      expected nothing",
      '      actual   {"kind":"tcp_err"}',
      "    expected frame ARP 172.30.0.1 is at A8:40:25:FF:77:77",
    ]);
  });

  it("tells the path and both values of an answer, long ones cut", () => {
    const report = runScenario(scenario([EPOCH, { ok: { list: "x".repeat(400) } }]), fakeSubject({}), []);
    expect(explainReport(report)[3]).toMatch(/^ {6}expected \{"list":"x+… \(411 characters\)$/);
  });

  it("tells why something could not be run", () => {
    const unable: Subject = {
      createPort() {
        throw new NotSupported("anything");
      },
    };
    expect(explainReport(runScenario(scenario(), unable, []))).toEqual([
      "FAILED arp: one",
      "  port",
      "    Not yet supported: anything",
    ]);
  });
});
