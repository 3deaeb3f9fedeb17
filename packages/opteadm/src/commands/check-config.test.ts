import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRun } from "../../test/scripted-run.js";

const PORT = {
  name: "opte0",
  ipCfg: { ipv4: { vpcSubnet: "172.30.0.0/22", privateIp: "172.30.0.5", gatewayIp: "172.30.0.1" } },
  guestMac: "a8:40:25:fa:fa:37",
  gatewayMac: "a8:40:25:ff:77:77",
  vni: 99,
  physIp: "fd00::1",
  routes: [{ dest: "0.0.0.0/0", target: { kind: "internetGateway" }, class: "system" }],
  firewallRules: [
    {
      direction: "in",
      action: "allow",
      priority: 10,
      filters: { hosts: { kind: "any" }, protocol: { kind: "tcp" }, ports: { kind: "portList", ports: [22, 443] } },
    },
  ],
};

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "opteadm-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Lines of output, else the error. */
async function run(content: string): Promise<string[]> {
  const file = join(folder, "port.json");
  await writeFile(file, content);
  const { exit, stdout, stderr } = await scriptedRun(["check-config", file]);
  return exit === 0 ? stdout.trimEnd().split("\n") : [`exit ${exit}`, ...stderr.trimEnd().split("\n")];
}

describe("opteadm check-config", () => {
  it("lists what a good file would set up, in the syntax of rules and routes", async () => {
    expect(await run(JSON.stringify(PORT))).toEqual([
      "Port opte0",
      "  guest     A8:40:25:FA:FA:37 172.30.0.5",
      "  gateway   A8:40:25:FF:77:77",
      "  VNI       99",
      "  underlay  fd00::1",
      "Firewall rules",
      "  dir=in action=allow priority=10 protocol=tcp port=22,443",
      "Routes",
      "  0.0.0.0/0 ig system",
    ]);
  });

  it("says that there are no rules or routes", async () => {
    expect(await run(JSON.stringify({ ...PORT, routes: [], firewallRules: [] }))).toContain("Routes: none");
  });

  it("names every field at fault", async () => {
    const lines = await run(JSON.stringify({ ...PORT, vni: 2 ** 24, guestMac: "a8:40" }));
    expect(lines[0]).toBe("exit 1");
    expect(lines.join("\n")).toMatch(/vni: [^]*guestMac: |guestMac: [^]*vni: /u);
  });

  it("refuses what is not JSON, and what is not there", async () => {
    expect((await run("{"))[1]).toMatch(/Cannot use ".*port.json"/u);
    expect((await scriptedRun(["check-config", "/nowhere"])).stderr).toContain('Cannot read "/nowhere"');
  });
});
