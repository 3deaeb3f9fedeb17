import { afterEach, describe, expect, it } from "vitest";
import { StatsRegistry } from "../../provider/stats-registry.js";
import { deviceMetrics } from "./device-metrics.js";
import { MetricsServer } from "./metrics-server.js";
import { prometheusText } from "./prometheus-text.js";

function registryOf(blocks: Readonly<Record<string, Readonly<Record<string, number>>>>): StatsRegistry {
  const registry = new StatsRegistry();
  for (const [name, fields] of Object.entries(blocks)) {
    const values = Float64Array.from(Object.values(fields));
    registry.register({ module: "xde", name, fields: Object.keys(fields), values });
  }
  return registry;
}

describe("prometheusText", () => {
  it("writes help, type and samples, and escapes what has a meaning", () => {
    const samples = [{ labels: { port: 'a"b\\c\nd', direction: "in" }, value: 1.5 }];
    expect(prometheusText([{ name: "opte_x_total", help: "One\\\nline", type: "counter", samples }])).toBe(
      "# HELP opte_x_total One\\\\\\nline\n# TYPE opte_x_total counter\n" +
        'opte_x_total{port="a\\"b\\\\c\\nd",direction="in"} 1.5\n',
    );
  });
});

describe("deviceMetrics", () => {
  it("tells ports, layers, route caches and the device apart, and directions by a label", () => {
    const registry = registryOf({
      xde: { in_drop_reject: 3 },
      opte0: { in_uft_hit: 5, out_uft_hit: 6, tcp_flows: 2 },
      opte0_firewall: { in_deny: 1, flows: 4 },
      opte0_route_cache: { capacity: 8192, hit: 9 },
      guest_opte0: { tx_lost: 7 },
    });
    const text = prometheusText(deviceMetrics(registry, new Map([["opte0", ["firewall"]]])));
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("# HELP"))).toEqual([
      "# TYPE opte_xde_drop_reject_total counter",
      'opte_xde_drop_reject_total{direction="in"} 3',
      "# TYPE opte_port_uft_hit_total counter",
      'opte_port_uft_hit_total{port="opte0",direction="in"} 5',
      'opte_port_uft_hit_total{port="opte0",direction="out"} 6',
      "# TYPE opte_port_tcp_flows gauge",
      'opte_port_tcp_flows{port="opte0"} 2',
      "# TYPE opte_layer_deny_total counter",
      'opte_layer_deny_total{port="opte0",layer="firewall",direction="in"} 1',
      "# TYPE opte_layer_flows gauge",
      'opte_layer_flows{port="opte0",layer="firewall"} 4',
      "# TYPE opte_route_cache_capacity gauge",
      'opte_route_cache_capacity{port="opte0"} 8192',
      "# TYPE opte_route_cache_hit_total counter",
      'opte_route_cache_hit_total{port="opte0"} 9',
      "# TYPE opte_guest_tx_lost_total counter",
      'opte_guest_tx_lost_total{port="opte0"} 7',
    ]);
  });

  it("keeps the samples of one metric together, as the format wants it", () => {
    const registry = registryOf({ a: { in_drop: 1 }, b: { in_drop: 2 } });
    const ports = new Map([
      ["a", []],
      ["b", []],
    ]);
    expect(deviceMetrics(registry, ports).map(({ name, samples }) => [name, samples.length])).toEqual([
      ["opte_port_drop_total", 2],
    ]);
  });
});

describe("MetricsServer", () => {
  let server: MetricsServer | undefined;
  afterEach(() => server?.close());

  it("answers scrapes, says whether all is well, and knows nothing else", async () => {
    const faults: string[] = [];
    server = await MetricsServer.listen(
      { host: "127.0.0.1", port: 0 },
      { metrics: () => deviceMetrics(registryOf({ xde: { in_drop_reject: 3 } }), new Map()), fault: () => faults[0] },
    );
    const url = `http://127.0.0.1:${server.port}`;
    const scrape = await fetch(`${url}/metrics`);
    expect(scrape.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await scrape.text()).toContain('opte_xde_drop_reject_total{direction="in"} 3\n');
    const healthy = await fetch(`${url}/healthz`);
    expect([healthy.status, await healthy.text()]).toEqual([200, "ok\n"]);
    faults.push("The state cannot be saved");
    const ill = await fetch(`${url}/healthz`);
    expect([ill.status, await ill.text()]).toEqual([503, "The state cannot be saved\n"]);
    expect((await fetch(`${url}/else`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405);
  });
});
