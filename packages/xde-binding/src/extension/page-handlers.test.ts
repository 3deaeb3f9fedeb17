import { type FlowId, flowIdText } from "opte-core";
import { describe, expect, it } from "vitest";
import { ipFrame, udp } from "../../../oxide-vpc/test/frames.js";
import { AttachedGuest } from "../../test/guest.js";
import { sendFlows } from "../../test/many-flows.js";
import { guest, SledBench } from "../../test/sled-bench.js";
import { MemoryLink } from "../link/memory-link.js";
import { GATEWAY_MAC } from "oxide-vpc/api";
import { pageHandlers } from "./page-handlers.js";

/** All of half a million with OPTE_FUZZ=full. */
const FLOWS = process.env["OPTE_FUZZ"] === "full" ? 500_000 : 20_000;
/** What a page may hold at most. */
const MOST_ENTRIES = 128;
const A = guest(1, "fd44::1");
const B = guest(2, "fd77::1");

const toB = ipFrame({ src: A.mac, dst: GATEWAY_MAC }, A.ip4, B.ip4, udp(1, 1));

describe("pages of a table", () => {
  it(`tell each of ${FLOWS} flows once, at most ${MOST_ENTRIES} a page, while packets pass between them`, async () => {
    const [link] = MemoryLink.pair("net0", "wire");
    const sled = new SledBench([link]);
    await sled.underlay("net0", "net0");
    await sled.create(A);
    await sled.knows(B);
    const wire = new AttachedGuest(sled, A);
    sendFlows(wire, toB, 0, FLOWS);
    const handlers = pageHandlers(sled.xde);
    const seen = new Set<string>();
    const note = (entries: readonly (readonly [FlowId, unknown])[]): void => {
      expect(entries.length).toBeLessThanOrEqual(MOST_ENTRIES);
      for (const [flow] of entries) {
        const text = flowIdText(flow);
        expect(seen.has(text)).toBe(false);
        seen.add(text);
      }
    };
    let cursor: number | undefined = 0;
    let pages = 0;
    while (cursor !== undefined) {
      const request = { portName: A.name, dir: "out", cursor, max: 0xffff_ffff } as const;
      const page = await handlers.DumpUftPage(request);
      expect(page.numFlows).toBeGreaterThanOrEqual(FLOWS);
      note(page.entries);
      pages += 1;
      cursor = page.next;
      const modified = sled.xde.port(A.name).port.stats()["out_modified"] ?? 0;
      sendFlows(wire, toB, pages, 1);
      expect(sled.xde.port(A.name).port.stats()["out_modified"]).toBe(modified + 1);
    }
    expect(seen.size).toBe(FLOWS);
    expect(pages).toBeGreaterThanOrEqual(FLOWS / MOST_ENTRIES);
  });

  it("tell layers and TCP flows too, and a layer's rules without its flows", async () => {
    const [link] = MemoryLink.pair("net0", "wire");
    const sled = new SledBench([link]);
    await sled.underlay("net0", "net0");
    await sled.create(A);
    await sled.knows(B);
    sendFlows(new AttachedGuest(sled, A), toB, 0, 5);
    const handlers = pageHandlers(sled.xde);
    const portName = A.name;
    const layer = { portName, name: "firewall", dir: "out", max: 3 } as const;
    const first = await handlers.DumpLayerPage({ ...layer, cursor: 0 });
    const second = await handlers.DumpLayerPage({ ...layer, cursor: first.next ?? 0 });
    expect([first.entries.length, second.entries.length, second.next]).toEqual([3, 2, undefined]);
    expect(await handlers.DumpTcpFlowsPage({ portName, cursor: 0, max: 3 })).toEqual({ entries: [] });
    expect(await handlers.DumpLayerRules({ portName, name: "firewall" })).toMatchObject({
      name: "firewall",
      rulesIn: [{ id: 0 }],
      rulesOut: [],
    });
  });
});
