import { TcpState } from "./index.js";
import { describe, expect, it } from "vitest";

describe("TcpState.format", () => {
  it("prints the RFC 9293 names of the ten states", () => {
    const { Closed, Listen, SynSent, SynRcvd, Established, CloseWait, LastAck, FinWait1, FinWait2, TimeWait } =
      TcpState;
    const states = [Closed, Listen, SynSent, SynRcvd, Established, CloseWait, LastAck, FinWait1, FinWait2, TimeWait];
    expect(states.map(TcpState.format).join(" ")).toBe(
      "CLOSED LISTEN SYN_SENT SYN_RCVD ESTABLISHED CLOSE_WAIT LAST_ACK FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
    );
  });
});
