// What users see and miss in the reference's command line (the recorded one is held to by `opte-sim conformance`, area cli).

import { IpCidr, Ipv4Addr, MacAddr, OpteError } from "opte-api";
import { describe, expect, it } from "vitest";
import { XdeClientError } from "xde-binding/in-process";
import { scriptedRun } from "./scripted-run.js";

const CREATE = [
  ...["create-xde", "opte0", "--guest-mac", "a8:40:25:fa:fa:37", "--gateway-mac", "a8:40:25:ff:77:77"],
  ...["--vpc-vni", "99", "--src-underlay-addr", "fd00::1"],
];
const IPV4 = ["--private-ip", "10.0.0.5", "--vpc-subnet", "10.0.0.0/24", "--gateway-ip", "10.0.0.1"];
const IPV6 = ["--private-ip", "fd00::5", "--vpc-subnet", "fd00::/64", "--gateway-ip", "fd00::1"];

/** Requests as JSON shows them. */
async function asked(argv: readonly string[], stdin = ""): Promise<unknown> {
  const run = await scriptedRun(argv, { RemoveCidr: { kind: "ok" } }, { stdin });
  expect(run.stderr).toBe("");
  return JSON.parse(JSON.stringify(run.asked));
}

describe("create-xde", () => {
  it("makes a port of both families, with a gateway, a subnet and external addresses of each", async () => {
    const external = ["--ephemeral-ip", "192.0.2.1", "--ephemeral-ip", "2001:db8::1", "--floating-ip", "2001:db8::2"];
    const snat = ["--snat-ip", "192.0.2.9", "--snat-ip", "2001:db8::9", "--snat-start", "1", "--snat-end", "9"];
    expect(await asked([...CREATE, ...IPV4, ...IPV6, ...external, ...snat])).toMatchObject([
      [
        "CreateXde",
        {
          cfg: {
            ipCfg: {
              ipv4: {
                privateIp: "10.0.0.5",
                externalIps: { ephemeralIp: "192.0.2.1", snat: { externalIp: "192.0.2.9", ports: "1-9" } },
              },
              ipv6: {
                privateIp: "fd00::5",
                externalIps: { ephemeralIp: "2001:db8::1", floatingIps: ["2001:db8::2"] },
              },
            },
          },
        },
      ],
    ]);
  });

  it("refuses half a family, and two addresses of one", async () => {
    const half = await scriptedRun([...CREATE, ...IPV4, "--private-ip", "fd00::5"]);
    expect(half).toMatchObject({ exit: 1, asked: [] });
    expect(half.stderr).toBe("Error: There are IPv6 addresses, but --vpc-subnet is not given for IPv6\n");
    const twice = await scriptedRun([...CREATE, ...IPV4, "--gateway-ip", "10.0.0.2"]);
    expect(twice.exit).toBe(2);
    expect(twice.stderr).toContain("'--gateway-ip <GATEWAY_IP>' is given twice for IPv4");
  });
});

describe("set-external-ips", () => {
  it("sets both families at once, and gateways of addresses", async () => {
    const uuid = "11111111-2222-3333-4444-555555555555";
    const argv = ["set-external-ips", "-p", "opte0", "--floating-ip", "192.0.2.1", "--ephemeral-ip", "2001:db8::1"];
    expect(await asked([...argv, "--igw", `192.0.2.1=${uuid}`, `--igw=2001:db8::1=${uuid}`])).toEqual([
      [
        "SetExternalIps",
        {
          portName: "opte0",
          externalIpsV4: { floatingIps: ["192.0.2.1"] },
          externalIpsV6: { ephemeralIp: "2001:db8::1", floatingIps: [] },
          inetGwMap: [
            ["192.0.2.1", [uuid]],
            ["2001:db8::1", [uuid]],
          ],
        },
      ],
    ]);
  });

  it("without addresses clears all, whatever families the port has", async () => {
    expect(await asked(["set-external-ips", "-p", "opte6"])).toEqual([["SetExternalIps", { portName: "opte6" }]]);
  });
});

describe("multicast", () => {
  it("takes sources to include, or to exclude, but not both", async () => {
    const subscribe = ["mcast-subscribe", "-p", "opte0", "224.1.2.3"];
    expect(await asked([...subscribe, "--include", "10.0.0.2", "--include", "10.0.0.1"])).toMatchObject([
      ["McastSubscribe", { filter: { kind: "include", sources: ["10.0.0.1", "10.0.0.2"] } }],
    ]);
    const forward = ["set-mcast-fwd", "ff04::1", "fd00::1", "both", "--exclude", "fd00::7"];
    expect(await asked(forward)).toMatchObject([
      ["SetMcastForwarding", { nextHops: [{ sourceFilter: { kind: "exclude", sources: ["fd00::7"] } }] }],
    ]);
    expect((await scriptedRun([...subscribe, "--include", "::1", "--exclude", "::2"])).exit).toBe(2);
  });
});

describe("set-fw-rules", () => {
  it("takes the key ports as well as port", async () => {
    const line = "dir=in action=allow priority=1 protocol=tcp";
    expect(await asked(["set-fw-rules", "-p", "opte0"], `${line} ports=80\n${line} port=80\n`)).toMatchObject([
      ["SetFwRules", { rules: [{ filters: { ports: { ports: [80] } } }, { filters: { ports: { ports: [80] } } }] }],
    ]);
  });

  it("names the line at fault, and changes nothing", async () => {
    const run = await scriptedRun(
      ["set-fw-rules", "-p", "opte0"],
      {},
      { stdin: "dir=in action=allow priority=1\nbad\n" },
    );
    expect(run).toMatchObject({ exit: 1, asked: [] });
    expect(run.stderr).toContain("Line 2 is no rule");
  });
});

describe("what is not found", () => {
  it.each([
    [["del-router-entry", "-p", "opte0", "10.0.0.0/8", "drop", "system"], "There is no route to 10.0.0.0/8"],
    [["remove-cidr", "-p", "opte0", "10.0.0.0/8", "--dir", "in"], 'CIDR 10.0.0.0/8 is not allowed in on port "opte0"'],
    [["detach-subnet", "-p", "opte0", "10.0.0.0/8"], 'Subnet 10.0.0.0/8 is not attached to port "opte0"'],
  ])("%j ends with 1", async (argv, message) => {
    const notFound = { kind: "notFound" };
    const script = { DelRouterEntry: notFound, RemoveCidr: notFound, DetachSubnet: notFound };
    expect(await scriptedRun(argv, script)).toMatchObject({ exit: 1, stderr: `Error: ${message}\n` });
  });
});

describe("allow-cidr", () => {
  it("says in the reference's words, for its scripts, in which direction it failed", async () => {
    const refuse = (): unknown => {
      throw new OpteError({ kind: "PortNotFound", port: "opte0" });
    };
    const argv = ["remove-cidr", "-p", "opte0", "10.0.0.0/8", "--format", "compat"];
    const refused = await scriptedRun(argv, { RemoveCidr: refuse });
    expect(refused.stderr).toMatch(/^Error: failed to deny on inbound direction\n\nCaused by:\n {4}\S/u);
    const unknown = await scriptedRun([...argv, "--dir", "out"], { RemoveCidr: { kind: "notFound" } });
    expect(unknown.stderr).toBe("Error: could not remove cidr 10.0.0.0/8 from gateway (OUT) -- not found\n");
  });

  it("undoes the inbound change if the outbound one fails, and says so if it cannot", async () => {
    const fails = (request: { dir: string }): unknown => {
      if (request.dir === "out") throw new OpteError({ kind: "PortNotFound", port: "opte0" });
      return {};
    };
    const run = await scriptedRun(["allow-cidr", "-p", "opte0", "10.0.0.0/8"], { AllowCidr: fails });
    expect(run.asked.map(([name]) => name)).toEqual(["AllowCidr", "AllowCidr", "RemoveCidr"]);
    expect(run).toMatchObject({ exit: 1, stderr: 'Error: Port "opte0" does not exist\n' });
    const refuse = (): unknown => {
      throw new OpteError({ kind: "BadName" });
    };
    const stuck = await scriptedRun(["allow-cidr", "-p", "opte0", "10.0.0.0/8"], {
      AllowCidr: fails,
      RemoveCidr: refuse,
    });
    expect(stuck.stderr).toContain("the inbound one cannot be undone");
  });
});

describe("output", () => {
  const port = { name: "opte1", macAddr: MacAddr.parse("a8:40:25:fa:fa:37"), state: "running" };
  const ports = {
    ports: [
      { ...port, name: "opte10", ip4Addr: Ipv4Addr.parse("10.0.0.5") },
      { ...port, floatingIp4Addrs: [Ipv4Addr.parse("192.0.2.1"), Ipv4Addr.parse("192.0.2.2")] },
    ],
  };

  it("is a table in natural order, with whole lists", async () => {
    expect((await scriptedRun(["list-ports"], { ListPorts: ports })).stdout).toBe(
      [
        "PORT    STATE    MAC                IPv4      EPHEMERAL IPv4  FLOATING IPv4        IPv6  EPHEMERAL IPv6  FLOATING IPv6",
        "opte1   running  A8:40:25:FA:FA:37  -         -               192.0.2.1,192.0.2.2  -     -               -",
        "opte10  running  A8:40:25:FA:FA:37  10.0.0.5  -               -                    -     -               -",
        "",
      ].join("\n"),
    );
  });

  it("is the API's JSON if asked for, before or behind the subcommand", async () => {
    const line = '{"ports":[{"name":"opte10","macAddr":"A8:40:25:FA:FA:37","state":"running","ip4Addr":"10.0.0.5"},';
    for (const argv of [
      ["--format", "json", "list-ports"],
      ["list-ports", "--format=json"],
    ]) {
      expect((await scriptedRun(argv, { ListPorts: ports })).stdout).toContain(line);
    }
    expect((await scriptedRun(["clear-uft", "-p", "opte0", "--format", "json"])).stdout).toBe("{}\n");
  });

  it("has no control characters of a device's, and bold headings for people only", async () => {
    const evil = { ports: [{ ...port, name: "\u001b[31mred" }] };
    const { stdout } = await scriptedRun(["list-ports"], { ListPorts: evil });
    expect(stdout).not.toContain("\u001b");
    const people = await scriptedRun(["list-ports"], { ListPorts: ports }, { isTerminal: true });
    expect(people.stdout).toMatch(/^\u001b\[1mPORT/u);
    const plain = await scriptedRun(["list-ports"], { ListPorts: ports }, { isTerminal: true, env: { NO_COLOR: "1" } });
    expect(plain.stdout).toMatch(/^PORT/u);
  });
});

describe("errors", () => {
  const refuse = (): unknown => {
    throw new OpteError({ kind: "InvalidRouterEntry", dest: IpCidr.parse("10.0.0.0/8"), target: "ip6=fd00::1" });
  };
  const ROUTE = ["add-router-entry", "-p", "opte0", "10.0.0.0/8", "ip6=fd00::1", "system"];

  it("of the device end with 1, in a sentence or as an object", async () => {
    const text = await scriptedRun(ROUTE, { AddRouterEntry: refuse });
    expect(text).toMatchObject({ exit: 1, stdout: "", stderr: "Error: Route to 10.0.0.0/8 is invalid: ip6=fd00::1\n" });
    const json = await scriptedRun([...ROUTE, "--format", "json"], { AddRouterEntry: refuse });
    expect(json.stdout).toBe("");
    expect(JSON.parse(json.stderr)).toEqual({
      error: {
        kind: "InvalidRouterEntry",
        dest: "10.0.0.0/8",
        target: "ip6=fd00::1",
        errno: 22,
        message: "Route to 10.0.0.0/8 is invalid: ip6=fd00::1",
      },
    });
  });

  it("of usage end with 2, ask no device, and are an object as well", async () => {
    const run = await scriptedRun(["--format", "json", "list-layers"]);
    expect(run).toMatchObject({ exit: 2, asked: [], stdout: "" });
    expect(JSON.parse(run.stderr)).toEqual({ error: { kind: "usage", message: "missing -p <PORT>" } });
  });

  it("of our own making are not told as the user's", async () => {
    const broken = { ListPorts: { ports: undefined } };
    await expect(scriptedRun(["list-ports"], broken)).rejects.toThrow(TypeError);
  });

  it.each([
    [["list-port"], /unrecognized subcommand 'list-port'\n\(Did you mean .*list-ports/],
    [["rm-fw-rule", "-p", "opte0", "--dri", "in", "1"], /unknown option '--dri'\n\(Did you mean --dir\?\)/],
    [["help", "nope"], /unrecognized subcommand 'nope'/],
    [["list-ports", "--format", "yaml"], /'yaml' for '--format <FORMAT>'.*table, compat, json/],
    [["add-fw-rule", "-p", "g", "--ports", "--action"], /a value is required for '--ports <PORTS>'.*'--action'/],
    [["create-xde", "--snat-ip", "192.0.2.1", ...CREATE.slice(1), ...IPV4], /missing --snat-start.*--snat-end/],
  ])("%j is told with what was probably meant", async (argv, message) => {
    const run = await scriptedRun(argv);
    expect(run.exit).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});

describe("--version and help", () => {
  it("tell the versions of package and API", async () => {
    expect((await scriptedRun(["--version"])).stdout).toMatch(/^opteadm 1\.2\.3 \(API version 41,/);
  });

  it("say first what must be given", async () => {
    const { exit, stdout } = await scriptedRun(["help", "dump-layer"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Usage: opteadm dump-layer -p <PORT> <NAME> \[OPTIONS\]\n/);
  });
});

describe("add-fw-rule", () => {
  const RULE = ["add-fw-rule", "-p", "opte0", "--dir", "in", "--hosts", "any", "--protocol", "tcp", "--ports", "80"];
  const argv = [...RULE, "--action", "allow", "--priority", "1"];

  it("tells the rule's id", async () => {
    expect(await scriptedRun(argv, { AddFwRuleId: { id: 7 } })).toMatchObject({ exit: 0, stdout: "7\n" });
    expect((await scriptedRun([...argv, "--format", "json"], { AddFwRuleId: { id: 7 } })).stdout).toBe('{"id":7}\n');
  });

  it("adds it to a device that cannot tell", async () => {
    const refuse = (): unknown => {
      throw new XdeClientError({ kind: "NotSupported", cmd: "AddFwRuleId" });
    };
    const { exit, stdout, asked } = await scriptedRun(argv, { AddFwRuleId: refuse });
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
    expect(asked.map(([name]) => name)).toEqual(["AddFwRuleId", "AddFwRule"]);
  });
});
