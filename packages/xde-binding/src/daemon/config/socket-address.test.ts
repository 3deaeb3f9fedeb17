import { describe, expect, it } from "vitest";
import { parseSocketAddress, socketAddressText } from "./socket-address.js";

describe("parseSocketAddress", () => {
  it.each(["127.0.0.1:9190", "[::1]:6081", "[fd00::1]:0"])("reads %s, which is written the same", (text) => {
    expect(socketAddressText(parseSocketAddress(text))).toBe(text);
  });

  it.each([
    "",
    "9190",
    ":9190",
    "localhost:9190",
    "::1:9190",
    "[127.0.0.1]:9190",
    "[::1]",
    "127.0.0.1:65536",
    "1.2.3.4:x",
  ])("refuses %j", (text) => {
    expect(() => parseSocketAddress(text)).toThrow("expected ADDR:PORT such as");
  });
});
