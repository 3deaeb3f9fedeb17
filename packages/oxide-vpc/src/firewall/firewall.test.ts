import { Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { ACK, EXTERNAL, SYN, tcp, udp } from "../../test/frames.js";
import { Bench, G2 } from "../../test/vpc-bench.js";

describe("the firewall of a port", () => {
  it("lets in what the control plane's rules allow, and the answers to the guest", () => {
    const bench = new Bench().knows(G2);
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(53, 1000), { vni: 7 }).text).toBe("drop firewall default");
    expect(bench.receive("172.30.0.6", "172.30.0.5", tcp(1000, 22, SYN), { vni: 7 }).text).toBe("modified");
    bench.sent("172.30.0.6", udp(1000, 53));
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(53, 1000), { vni: 7 }).text).toBe("modified");
  });

  it("matches the VNI of the tunnel (firewall_vni_inbound)", () => {
    const bench = new Bench();
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 2), { vni: 99 }).text).toBe("drop firewall default");
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 2)).text).toBe("modified");
  });

  it("does not believe the VNI of what comes from outside of the rack (firewall_external_inbound)", () => {
    const bench = new Bench();
    const outcome = bench.receive("8.8.8.8", "172.30.0.5", udp(1, 2), { options: [EXTERNAL] });
    expect(outcome.text).toBe("drop firewall default");
  });

  it("matches the VNI of a guest's destination (firewall_vni_outbound)", () => {
    const bench = new Bench().knows({ ...G2, vni: Vni.of(Vni.MAX) });
    bench.rules(`dir=out action=allow priority=1 hosts=vni=${bench.guest.vni}`, "dir=out action=deny priority=2");
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("drop firewall rule");
    bench.knows(G2);
    expect(bench.send("172.30.0.6", udp(1, 2)).text).toBe("modified");
  });

  it("forgets its flows when its rules are replaced (firewall_replace_rules)", () => {
    const bench = new Bench().knows(G2);
    bench.sent("172.30.0.6", tcp(1000, 80, SYN));
    expect(bench.receive("172.30.0.6", "172.30.0.5", tcp(80, 1000, SYN | ACK), { vni: 7 }).text).toBe("modified");
    bench.rules("dir=in action=deny priority=1000 protocol=tcp");
    expect(bench.flowCount("firewall")).toBe(0);
    expect(bench.receive("172.30.0.6", "172.30.0.5", tcp(80, 1000, ACK), { vni: 7 }).text).toBe("drop firewall rule");
    expect(bench.vpc.port.dumpUft().inFlows).toEqual([]);
  });

  it("keeps the flows that it has let in when one rule is added or removed", () => {
    const bench = new Bench();
    bench.received("172.30.0.6", "172.30.0.5", udp(1, 2));
    const id = bench.vpc.addFirewallRule({
      direction: "in",
      action: "deny",
      priority: 0,
      filters: { hosts: { kind: "any" }, protocol: { kind: "any" }, ports: { kind: "any" } },
    });
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 2)).text).toBe("modified");
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 3)).text).toBe("drop firewall rule");
    bench.vpc.removeFirewallRule("in", id);
    expect(bench.receive("172.30.0.6", "172.30.0.5", udp(1, 3)).text).toBe("modified");
  });

  it("counts rules and changes as they come and go (add_remove_fw_rule)", () => {
    const bench = new Bench();
    const { vpc } = bench;
    const before = vpc.port.epoch;
    bench.rules();
    const rule = {
      direction: "in",
      action: "allow",
      priority: 1,
      filters: { hosts: { kind: "any" }, protocol: { kind: "any" }, ports: { kind: "any" } },
    } as const;
    const id = vpc.addFirewallRule(rule);
    expect(bench.ruleCounts()).toMatchObject({ firewall: "1/0" });
    vpc.removeFirewallRule("in", id);
    expect(bench.ruleCounts()).toMatchObject({ firewall: "0/0" });
    expect(vpc.port.epoch).toBe(before + 3);
    expect(() => vpc.removeFirewallRule("in", id)).toThrow(expect.objectContaining({ kind: "RuleNotFound" }));
    expect(vpc.port.epoch).toBe(before + 3);
  });

  it.each(["out", "in"] as const)(
    "denies %sbound what new rules deny, at once and in both directions (uft_lft_invalidation)",
    (dir) => {
      const bench = new Bench().routeOut();
      const { inner } = bench.sent("8.8.8.8", udp(1000, 53));
      const answer = () => bench.receive("8.8.8.8", inner.src, udp(53, inner.srcPort), { options: [EXTERNAL] });
      expect(answer().text).toBe("modified");
      bench.rules("dir=out action=deny priority=1");
      const text = dir === "out" ? bench.send("8.8.8.8", udp(1000, 53)).text : answer().text;
      expect(text).toBe(`drop firewall ${dir === "out" ? "rule" : "default"}`);
      expect(bench.vpc.port.dumpUft()).toMatchObject({ inFlows: [], outFlows: [] });
      expect(bench.flowCount("nat")).toBe(1);
    },
  );
});
