import { describe, expect, it } from "vitest";
import { TcpState } from "./index.js";

describe("TcpState", () => {
  it("prints the ten states in the order of their wire numbers", () => {
    expect(TcpState.ALL.map(TcpState.format).join(" ")).toBe(
      "CLOSED LISTEN SYN_SENT SYN_RCVD ESTABLISHED CLOSE_WAIT LAST_ACK FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
    );
  });
});
