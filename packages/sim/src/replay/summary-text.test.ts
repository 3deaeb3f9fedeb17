import { describe, expect, it } from "vitest";
import { smallReplay } from "../../test/events.js";
import { summaryLines } from "./summary-text.js";

describe("the summary as text", () => {
  const replayed = smallReplay();
  const played = [...replayed].length;
  const summary = replayed.summary();

  it("tells counters, drops by reason and flows", () => {
    expect(summaryLines(summary)).toEqual([
      `${played} packets, 726 bytes, 0.015000 s`,
      "",
      "                  packets  modified  hairpin  drop  parse_error  error",
      "from the guest         10         3        2     4            1      0",
      "from the outside        2         1        0     1            0      0",
      "Not given to the port: 1",
      "From the recorded gateway itself: 3, to 2 of which ours is an answer",
      "Left in the tables: flows 2 out, 1 in; TCP flows 1",
      "Paths: 1 compiled, 0 list, 11 layers",
      "",
      "Dropped or failed, by reason:",
      "  1  out  drop         gateway rule 0: refused by Handle Packet",
      "  1  out  drop         gateway default",
      "  1  out  drop         gateway rule 9: Deny inner.icmp.type∈(router solicitation..=redirect)",
      "  1  out  drop         overlay rule 0: refused by Static: Encap",
      "  1  in   drop         firewall default",
      "  1  out  parse_error  inner_l3: Unwanted",
      "",
      "Flows that left the port:",
      "  UDP 172.30.0.5:5000 > 8.8.8.8:53  as 10.77.77.13:4096     2 out, 1 in  90 bytes out, 45 in",
      "  ICMPv6 fd00::5 > 2001:db8::9      as 2001:db8::1 id 8192  1 out, 0 in  64 bytes out, 0 in",
    ]);
  });

  it("leaves out what there is none of", () => {
    const lines = summaryLines({ ...summary, unusable: 0, drops: [], flows: [] });
    expect(lines.join("\n")).not.toMatch(/Not given|Dropped|Flows that/);
  });

  it("lists twenty flows at most, and counts the others", () => {
    const flows = summary.flows.slice(0, 1);
    const lines = summaryLines({ ...summary, flows: new Array<(typeof flows)[number][]>(1234).fill(flows).flat() });
    expect(lines.at(-1)).toBe("  and 1,214 more");
    expect(lines.filter((line) => line.startsWith("  UDP"))).toHaveLength(20);
  });
});
