import { type FlowId, FlowKey } from "opte-core";
import { describe, expect, it } from "vitest";
import { ip } from "../../test/frames.js";
import { ExternalFlows } from "./external-flows.js";

const key = (src: string, srcPort: number, dst: string, dstPort: number): FlowKey => {
  const flow = new FlowKey();
  flow.setFlowId({ proto: 6, src: ip(src), dst: ip(dst), kind: "ports", srcPort, dstPort } satisfies FlowId);
  return flow;
};

const GUEST = key("172.30.0.5", 5000, "8.8.8.8", 80);
const OUTSIDE = key("10.77.77.13", 4096, "8.8.8.8", 80);
const RETURN = key("8.8.8.8", 80, "172.30.0.5", 5000);

describe("the guest's flows as the outside knows them", () => {
  it("tell where the answer to a packet would have been sent", () => {
    const flows = new ExternalFlows();
    flows.noteOut(GUEST, OUTSIDE, 60);
    expect(flows.noteIn(RETURN, 60)?.toString()).toBe("TCP:8.8.8.8:80:10.77.77.13:4096");
  });

  it("know nothing of what answers nothing", () => {
    const flows = new ExternalFlows();
    flows.noteOut(GUEST, OUTSIDE, 60);
    expect(flows.noteIn(key("8.8.8.8", 81, "172.30.0.5", 5000), 60)).toBeUndefined();
  });

  it("follow a flow to another external port", () => {
    const flows = new ExternalFlows();
    flows.noteOut(GUEST, OUTSIDE, 60);
    flows.noteOut(GUEST, key("10.77.77.13", 4000, "8.8.8.8", 80), 60);
    expect(flows.noteIn(RETURN, 60)?.toString()).toBe("TCP:8.8.8.8:80:10.77.77.13:4000");
    expect([...flows.flows].map(({ external }) => external)).toMatchObject([{ srcPort: 4000 }]);
  });

  it("exchange echo requests and replies", () => {
    const echo = (type: number, src: string, dst: string, id: number): FlowKey => {
      const flow = new FlowKey();
      flow.setFlowId({ proto: 1, src: ip(src), dst: ip(dst), kind: "icmp", type, code: 0, id });
      return flow;
    };
    const flows = new ExternalFlows();
    flows.noteOut(echo(8, "172.30.0.5", "8.8.8.8", 7), echo(8, "10.77.77.13", "8.8.8.8", 4096), 98);
    const outside = flows.noteIn(echo(0, "8.8.8.8", "172.30.0.5", 7), 98);
    expect(outside?.toString()).toBe("ICMP/0/0:8.8.8.8:10.77.77.13:4096");
  });

  it("count packets and bytes each way", () => {
    const flows = new ExternalFlows();
    flows.noteOut(GUEST, OUTSIDE, 60);
    flows.noteIn(RETURN, 1500);
    flows.noteIn(RETURN, 40);
    expect([...flows.flows]).toMatchObject([{ packetsOut: 1, bytesOut: 60, packetsIn: 2, bytesIn: 1540 }]);
  });
});
