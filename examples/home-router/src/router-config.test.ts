import { describe, expect, it } from "vitest";
import { IpProtocol, Ipv4Addr, Ipv4Cidr, OpteError } from "opte-api";
import { demoConfig } from "./demo.ts";
import { checkConfig, guestAddresses, type RouterConfig } from "./router-config.ts";

const { inside, reservations, forwards } = demoConfig;
const ip = (text: string): Ipv4Addr => Ipv4Addr.parse(text);
const forward = { protocol: IpProtocol.Tcp, outsidePort: 22, guestIp: ip("192.168.1.2"), guestPort: 22 };

describe("guestAddresses", () => {
  it("leaves out the network's address and the router's own", () => {
    const config = { ...demoConfig, inside: { ...inside, ip: ip("192.168.1.2") }, guestLimit: 3 };
    expect(guestAddresses(config).join(" ")).toBe("192.168.1.1 192.168.1.3 192.168.1.4");
  });
});

describe("checkConfig", () => {
  it("accepts the demonstration's configuration, and one that fills its subnet", () => {
    checkConfig(demoConfig);
    checkConfig({ ...demoConfig, guestLimit: 253 });
    const smallest = { ...inside, subnet: Ipv4Cidr.parse("192.168.1.0/30") };
    checkConfig({ ...demoConfig, inside: smallest, guestLimit: 1 });
  });

  it.each<[string, Partial<RouterConfig>, string]>([
    ["a router outside its subnet", { inside: { ...inside, ip: ip("10.0.0.1") } }, "inside.ip 10.0.0.1 is no host of"],
    ["a router at the broadcast address", { inside: { ...inside, ip: ip("192.168.1.255") } }, "is no host of"],
    ["room for nobody", { guestLimit: 0 }, "guestLimit 0 is not 1 to 253"],
    ["more guests than addresses", { guestLimit: 254 }, "guestLimit 254 is not 1 to 253"],
    [
      "more guests than ports",
      { inside: { ...inside, subnet: Ipv4Cidr.parse("192.168.0.0/16") }, guestLimit: 1025 },
      "is not 1 to 1024",
    ],
    ["half a guest", { guestLimit: 1.5 }, "guestLimit 1.5"],
    ["a forward to nobody", { forwards: [{ ...forward, guestIp: inside.ip }] }, "192.168.1.1 is no guest's address"],
    ["a reservation elsewhere", { reservations: [{ mac: inside.mac, ip: ip("10.0.0.2") }] }, "10.0.0.2 is no guest's"],
    ["one port forwarded twice", { forwards: [forward, { ...forward, guestPort: 2222 }] }, "6/22, 6/22"],
    ["a forward among the NAT ports", { forwards: [{ ...forward, outsidePort: 32_768 }] }, "is not below 32768"],
    [
      "one address reserved twice",
      { reservations: [...reservations, { mac: inside.mac, ip: ip("192.168.1.2") }] },
      "reservations[].ip",
    ],
    [
      "two addresses for one guest",
      { reservations: [...reservations, ...reservations.map(({ mac }) => ({ mac, ip: ip("192.168.1.9") }))] },
      "reservations[].mac",
    ],
  ])("refuses %s", (_what, change, message) => {
    const check = (): void => {
      checkConfig({ ...demoConfig, ...change });
    };
    expect(check).toThrow(OpteError);
    expect(check).toThrow(message);
  });

  it("lets TCP and UDP have the same port forwarded", () => {
    checkConfig({ ...demoConfig, forwards: [...forwards, forward, { ...forward, protocol: IpProtocol.Udp }] });
  });
});
