import { Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import { describe, expect, it } from "vitest";
import { toHex } from "../../test/hairpin-frames.js";
import { UndoLog } from "../flow/undo-log.js";
import { TemplateTable } from "./template-table.js";

const ether = { dst: MacAddr.ZERO, src: MacAddr.ZERO, etherType: 0x86dd };
const ip6 = { version: 6, src: Ipv6Addr.LOCALHOST, dst: Ipv6Addr.ALL_NODES, protocol: 17 } as const;
const ip4 = { version: 4, src: Ipv4Addr.LOCALHOST, dst: Ipv4Addr.BROADCAST, protocol: 17 } as const;
const encap = { entropy: 7, vni: Vni.of(1), options: [] };

describe("TemplateTable", () => {
  it("gives equal encapsulations one id, and different ones different ids", () => {
    const table = new TemplateTable();
    const id = table.acquire(ether, ip6, encap);
    expect(table.acquire({ ...ether }, { ...ip6 }, { ...encap, entropy: 9 })).toBe(id);
    const others = [
      table.acquire({ ...ether, dst: MacAddr.BROADCAST }, ip6, encap),
      table.acquire(ether, { ...ip6, dst: Ipv6Addr.LOCALHOST }, encap),
      table.acquire(ether, ip4, encap),
      table.acquire(ether, ip6, { ...encap, vni: Vni.of(2) }),
      table.acquire(ether, ip6, { ...encap, options: [{ class: 1, type: 2, data: new Uint8Array(4) }] }),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
    expect(table.size).toBe(6);
  });

  it("keeps an encapsulation until the last of its users gives it back, then uses its id again", () => {
    const table = new TemplateTable();
    const id = table.acquire(ether, ip6, encap);
    table.acquire(ether, ip6, encap);
    table.release(id);
    expect(table.get(id).bytes.length).toBe(70);
    table.release(id);
    expect(table.size).toBe(0);
    expect(table.acquire(ether, ip4, encap)).toBe(id);
    expect(table.get(id).bytes.length).toBe(50);
  });

  it("leaves entropy and lengths zero, and says where they stand and what they count", () => {
    const table = new TemplateTable();
    const v6 = table.get(
      table.acquire(ether, { ...ip6, extensions: [{ kind: "hopByHop", options: [] }] }, { ...encap, options: [] }),
    );
    expect([v6.ipLengthAt, v6.ipLengthBase, v6.udpAt, v6.udpLengthBase]).toEqual([18, 24, 62, 16]);
    expect(toHex(v6.bytes.subarray(18, 20))).toBe("0000");
    expect(toHex(v6.bytes.subarray(62, 70))).toBe("000017c100000000");
    const v4 = table.get(table.acquire(ether, ip4, encap));
    expect([v4.ipLengthAt, v4.ipLengthBase, v4.udpAt, v4.udpLengthBase]).toEqual([16, 36, 34, 16]);
    expect(toHex(v4.bytes.subarray(16, 18))).toBe("0000");
  });

  it("tells encapsulations that were used of late from those that differ in any one thing", () => {
    const table = new TemplateTable();
    const option = { class: 1, type: 2, data: Uint8Array.of(1, 2, 3) };
    const full = { ...encap, options: [option] };
    const id = table.acquire(ether, ip6, full);
    const like = (changes: Partial<typeof option>): number =>
      table.acquire(ether, ip6, { ...full, options: [{ ...option, ...changes }] });
    expect(like({ data: Uint8Array.of(1, 2, 3, 0) })).toBe(id);
    const others = [
      table.acquire({ ...ether, src: MacAddr.BROADCAST }, ip6, full),
      table.acquire({ ...ether, etherType: 1 }, ip6, full),
      table.acquire(ether, { ...ip6, src: Ipv6Addr.ALL_NODES }, full),
      table.acquire(ether, { ...ip6, protocol: 6 }, full),
      table.acquire(ether, { ...ip6, extensions: [{ kind: "hopByHop", options: [] }] }, full),
      table.acquire(ether, ip6, encap),
      table.acquire(ether, ip6, { ...full, options: [option, option] }),
      like({ class: 2 }),
      like({ type: 3 }),
      like({ data: Uint8Array.of(1, 2, 4) }),
      like({ data: Uint8Array.of(1, 2) }),
      like({ data: new Uint8Array(128) }),
    ];
    expect(new Set([id, ...others]).size).toBe(others.length + 1);
    expect(table.acquire(ether, ip6, full)).toBe(id);
  });

  it("never finds an encapsulation that was given back under the id of the one that has it now", () => {
    const table = new TemplateTable();
    const id = table.acquire(ether, ip6, encap);
    table.release(id);
    const extended = { ...ip6, extensions: [{ kind: "hopByHop", options: [] }] } as const;
    expect(table.acquire(ether, extended, encap)).toBe(id);
    expect(table.acquire(ether, ip6, encap)).not.toBe(id);
  });

  it("is as before, ids to come included, after what a dry run took and gave back is undone", () => {
    const undo = new UndoLog();
    const table = new TemplateTable(undo);
    const shared = table.acquire(ether, ip6, encap);
    table.acquire(ether, ip6, encap);
    const single = table.acquire(ether, ip4, encap);
    const bytes = table.get(single).bytes;
    undo.begin();
    table.release(single);
    table.acquire({ ...ether, dst: MacAddr.BROADCAST }, ip6, encap);
    table.acquire(ether, ip4, encap);
    table.release(shared);
    table.acquire(ether, ip6, encap);
    undo.rollBack();
    expect(table.size).toBe(2);
    expect(table.get(single).bytes).toBe(bytes);
    for (const id of [shared, shared, single]) table.release(id);
    expect(table.size).toBe(0);
    expect(table.acquire(ether, ip6, encap)).toBe(single);
  });
});
