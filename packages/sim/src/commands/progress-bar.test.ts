import { describe, expect, it } from "vitest";
import { ProgressBar } from "./progress-bar.js";

function barOf(columns: number): { bar: ProgressBar; written: string[] } {
  const written: string[] = [];
  return { bar: new ProgressBar({ columns, write: (text) => written.push(text) }), written };
}

describe("a progress bar", () => {
  it("draws itself over what it drew before", () => {
    const { bar, written } = barOf(18);
    bar.show(0);
    bar.show(0.5);
    bar.show(1);
    expect(written).toEqual([
      "\r\u001b[K[----------]   0%",
      "\r\u001b[K[#####-----]  50%",
      "\r\u001b[K[##########] 100%",
    ]);
  });

  it("writes nothing while it looks the same", () => {
    const { bar, written } = barOf(18);
    bar.show(0.501);
    bar.show(0.502);
    expect(written).toHaveLength(1);
  });

  it.each([1, 8, 20, 200])("fits in a terminal of %d columns, as far as it can", (columns) => {
    const { bar, written } = barOf(columns);
    bar.show(0.3);
    expect(written.join("").length - "\r\u001b[K".length).toBeLessThanOrEqual(Math.max(columns, 8));
  });

  it("can be taken away and come again", () => {
    const { bar, written } = barOf(18);
    bar.clear();
    expect(written).toEqual([]);
    bar.show(0.5);
    bar.clear();
    bar.show(0.5);
    expect(written[1]).toBe("\r\u001b[K");
    expect(written[2]).toBe(written[0]);
  });
});
