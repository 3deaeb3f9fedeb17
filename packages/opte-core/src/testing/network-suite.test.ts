import { type Direction, EtherType, IpProtocol, Ipv4Addr, Ipv6Addr, MacAddr, Vni } from "opte-api";
import { type Action, DONE, type HairpinGenerator, type StaticGenerator } from "../action/action.js";
import { arpReply } from "../hairpin/arp.js";
import { Frame } from "../packet/frame.js";
import type { Packet } from "../packet/packet.js";
import { parseGeneve, parseGuest } from "../packet/parse.js";
import { PortBuilder } from "../port/builder.js";
import type { HandlePacketOutcome, NetworkDefinition } from "../port/network-definition.js";
import type { Port } from "../port/port.js";
import { makeRule } from "../rule/rule.js";
import type { HeaderTransform } from "../transform/header-transform.js";
import { type InnerSpec, innerFrame, tunnelFrame } from "../../test/frames.js";
import { type Mutant, trySuite } from "../../test/suite-trial.js";
import { networkSuite, type NetworkSubject } from "./network-suite.js";
import type { SampleFrame } from "./sample-frames.js";

const GATEWAY_MAC = MacAddr.parse("a8:40:25:ff:77:77");
const GATEWAY_IP = Ipv4Addr.parse("10.0.0.1");
const DENY: HandlePacketOutcome = { kind: "deny" };
const HAIRPIN: HandlePacketOutcome = { kind: "hairpin" };

/** The guest's frames as they are, the network's in a tunnel; answers ARP for the gateway. */
class TunnelNetwork implements NetworkDefinition {
  parse(dir: Direction, packet: Packet): boolean {
    return dir === "out" ? parseGuest(packet, packet.frame) : parseGeneve(packet, packet.frame, () => -1);
  }

  handlePacket(dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome {
    if (dir === "in" || packet.etherType !== EtherType.Arp) return DENY;
    switch (arpReply(packet, { gatewayMac: GATEWAY_MAC, gatewayIp: GATEWAY_IP }, reply)) {
      case "replied":
        return HAIRPIN;
      case "ignored":
        return DENY;
      case "malformed":
        return { kind: "error", text: "ARP message is malformed" };
    }
  }
}

const UDP4: InnerSpec = {
  version: 4,
  proto: IpProtocol.Udp,
  src: Uint8Array.of(10, 0, 0, 5),
  dst: Uint8Array.of(10, 0, 0, 6),
  info: [1025, 53],
  tcpFlags: 0,
  ipOptions: 0,
  extensions: [],
  tcpOptions: 0,
  body: Uint8Array.of(1, 2, 3, 4),
  padding: 0,
  checksumError: 0,
  noChecksum: false,
};
const TCP6: InnerSpec = {
  ...UDP4,
  version: 6,
  proto: IpProtocol.Tcp,
  src: Uint8Array.from({ length: 16 }, (_, i) => i),
  dst: Uint8Array.from({ length: 16 }, (_, i) => 16 + i),
  tcpFlags: 2,
};
const OUTER = { extensions: [], dscpEcn: 0, entropy: 7777, vni: 99, flags: 0, options: [] };
const ARP_REQUEST = Uint8Array.of(
  ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa8, 0x40, 0x25, 0xfa, 0xfa, 0x37, 8, 6],
  ...[0, 1, 8, 0, 6, 4, 0, 1, 0xa8, 0x40, 0x25, 0xfa, 0xfa, 0x37, 10, 0, 0, 5],
  ...[0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
);

const FRAMES: readonly SampleFrame[] = [
  { name: "UDP of the guest", dir: "out", bytes: innerFrame(UDP4) },
  { name: "TCP SYN of the guest", dir: "out", bytes: innerFrame(TCP6) },
  { name: "ARP request", dir: "out", bytes: ARP_REQUEST },
  { name: "UDP in a tunnel", dir: "in", bytes: tunnelFrame(OUTER, innerFrame(UDP4)) },
];

const ENCAP: HeaderTransform = {
  name: "encap",
  outerEther: { kind: "push", header: { dst: GATEWAY_MAC, src: GATEWAY_MAC, etherType: EtherType.Ipv6 } },
  outerIp: {
    kind: "push",
    header: { version: 6, src: Ipv6Addr.parse("fd00::1"), dst: Ipv6Addr.parse("fd00::2"), protocol: IpProtocol.Udp },
  },
  outerEncap: { kind: "push", header: { entropy: 7777, vni: Vni.of(99), options: [] } },
};
const DECAP: HeaderTransform = {
  name: "decap",
  outerEther: { kind: "pop" },
  outerIp: { kind: "pop" },
  outerEncap: { kind: "pop" },
};
const tunnel: StaticGenerator = {
  text: "tunnel",
  headerTransform: (dir) => ({ kind: "value", value: dir === "out" ? ENCAP : DECAP }),
};

/** A port that hands ARP to its network, and everything else to `action`. */
function makePort(action: Action, network: NetworkDefinition = new TunnelNetwork()): Port {
  const port = new PortBuilder("opte0", GATEWAY_MAC, { clock: { nowMs: () => 1000 } })
    .addLayer({ name: "overlay", defaultIn: "deny", defaultOut: "deny", flowLimit: 16 }, { at: "first" })
    .addLayer({ name: "guard", defaultIn: "deny", defaultOut: "statefulAllow", flowLimit: 16 }, { at: "first" })
    .addRule("guard", "out", makeRule(1, { kind: "handlePacket" }, { predicates: [ARP] }))
    .addRule("overlay", "out", makeRule(1, action))
    .addRule("overlay", "in", makeRule(1, action))
    .create(network, { uft: 16, tcp: 16 });
  port.start();
  return port;
}

const ARP = { kind: "etherType", values: [EtherType.Arp] } as const;

const withoutPort = (network: new () => TunnelNetwork): NetworkSubject => ({
  frames: FRAMES,
  makeNetwork: () => new network(),
});

const mutant = (fault: string, rule: string, network: new () => TunnelNetwork): Mutant => ({
  fault,
  rule,
  suite: networkSuite(withoutPort(network)),
});

const portMutant = (fault: string, rule: string, make: () => Port): Mutant => ({
  fault,
  rule,
  suite: networkSuite({ ...withoutPort(TunnelNetwork), makePort: make }),
});

const hairpin = (reply: HairpinGenerator["reply"]): Action => ({ kind: "hairpin", generator: { text: "test", reply } });

const PARSES = "parses every sample frame";
const NO_THROW = "parses without throwing, whatever the bytes";
const NO_CHANGE = "parses without changing the frame";
const SOUND = "finds headers that lie in the frame, and their flow";
const ALONE = "parses the frame alone, whatever stands around it";
const AFTER_ANY = "parses a frame alike after any other";
const OUTCOME = "handles packets without throwing, and with an outcome of the four";
const HANDLES_NO_CHANGE = "handles packets without changing the frame";
const ANSWERS = "answers with a frame that can be sent, in a buffer of its own";
const HANDLES_AGAIN = "handles a packet alike again, whatever stood in the reply";
const RUNNING = "makes a port that is running";
const EXPLAINS = "makes a port that never throws, and says of every frame what became of it";
const NO_HEADROOM = "makes a port that does without headroom";
const ALIKE = "makes ports that treat the same frames alike";

/** A network that parses rightly, and then changes what it found. */
function misparsing(change: (packet: Packet) => void): new () => TunnelNetwork {
  return class extends TunnelNetwork {
    override parse(dir: Direction, packet: Packet): boolean {
      const isParsed = super.parse(dir, packet);
      if (isParsed) change(packet);
      return isParsed;
    }
  };
}

/** A network that decides about packets in another way. */
function handling(handle: (packet: Packet, reply: Frame) => HandlePacketOutcome): new () => TunnelNetwork {
  return class extends TunnelNetwork {
    override handlePacket(_dir: Direction, packet: Packet, reply: Frame): HandlePacketOutcome {
      return handle(packet, reply);
    }
  };
}

let draws = 0;

trySuite(
  "networkSuite",
  {
    "a network": networkSuite(withoutPort(TunnelNetwork)),
    "a network with a port": networkSuite({
      ...withoutPort(TunnelNetwork),
      makePort: () => makePort({ kind: "static", generator: tunnel }),
    }),
  },
  [
    {
      fault: "comes without samples",
      rule: PARSES,
      suite: networkSuite({ ...withoutPort(TunnelNetwork), frames: [] }),
    },
    mutant(
      "refuses ARP",
      PARSES,
      class extends TunnelNetwork {
        override parse(dir: Direction, packet: Packet): boolean {
          return super.parse(dir, packet) && packet.etherType !== EtherType.Arp;
        }
      },
    ),
    mutant(
      "reads a header that a short frame does not have",
      NO_THROW,
      class extends TunnelNetwork {
        override parse(dir: Direction, packet: Packet): boolean {
          const { buffer, byteLength } = packet.frame.view();
          if (new DataView(buffer.slice(packet.frame.start, packet.frame.start + byteLength)).getUint16(12) === 0) {
            return packet.parseError.atHeader("inner_eth", "Unwanted");
          }
          return super.parse(dir, packet);
        }
      },
    ),
    mutant(
      "counts down the TTL",
      NO_CHANGE,
      misparsing(({ frame, ip }) => (frame.bytes[ip + 8] = 1)),
    ),
    mutant(
      "cuts padding off",
      NO_CHANGE,
      misparsing((packet) => (packet.frame.end = packet.body)),
    ),
    mutant(
      "takes a frame of its own",
      NO_CHANGE,
      misparsing((packet) => (packet.frame = Frame.allocate(64))),
    ),
    mutant(
      "puts the Ethernet header outside",
      SOUND,
      misparsing((packet) => (packet.ether = packet.frame.start - 2)),
    ),
    mutant(
      "has a version without an IP header",
      SOUND,
      misparsing((packet) => (packet.ip = -1)),
    ),
    mutant(
      "lets the IP header overrun",
      SOUND,
      misparsing((packet) => (packet.ipLen += 4)),
    ),
    mutant(
      "has an upper layer without IP",
      SOUND,
      misparsing((packet) => (packet.ulp = packet.body)),
    ),
    mutant(
      "takes a TCP header for a UDP header",
      SOUND,
      misparsing((packet) => (packet.ulpLen = Math.min(packet.ulpLen, 8))),
    ),
    mutant(
      "puts the body behind the frame",
      SOUND,
      misparsing((packet) => (packet.body = packet.frame.end + 1)),
    ),
    mutant(
      "loses half of a tunnel",
      SOUND,
      misparsing((packet) => (packet.outerUdp = -1)),
    ),
    mutant(
      "gives a VNI of 32 bits",
      SOUND,
      misparsing((packet) => (packet.vni += 2 ** 24)),
    ),
    mutant(
      "turns flows around",
      SOUND,
      misparsing(({ flow }) => turn(flow)),
    ),
    mutant(
      "reads on behind the frame",
      ALONE,
      misparsing((packet) => (packet.vni = packet.frame.bytes[packet.frame.end] ?? 0)),
    ),
    mutant(
      "parses by the place in the buffer",
      ALONE,
      misparsing((packet) => (packet.etherType = packet.frame.start < 14 ? 0 : packet.etherType)),
    ),
    mutant(
      "forgets to clear the tunnel of the packet before",
      AFTER_ANY,
      class extends TunnelNetwork {
        override parse(dir: Direction, packet: Packet): boolean {
          const { vni } = packet;
          const isParsed = super.parse(dir, packet);
          if (dir === "out") packet.vni = vni;
          return isParsed;
        }
      },
    ),
    mutant(
      "leaves the parse error of the packet before",
      AFTER_ANY,
      class extends TunnelNetwork {
        override parse(dir: Direction, packet: Packet): boolean {
          return packet.frame.length >= 14 && super.parse(dir, packet);
        }
      },
    ),
    mutant(
      "throws at packets that it does not expect",
      OUTCOME,
      handling((packet) => {
        if (packet.etherType !== EtherType.Arp) throw new Error("Not ARP");
        return DENY;
      }),
    ),
    mutant(
      "does not say what is wrong",
      OUTCOME,
      handling(() => ({ kind: "error", text: "" })),
    ),
    mutant(
      "marks packets that it has handled",
      HANDLES_NO_CHANGE,
      handling(({ frame, ether }) => {
        frame.bytes[ether] = 0;
        return DENY;
      }),
    ),
    mutant(
      "moves the frame",
      HANDLES_NO_CHANGE,
      handling(({ frame }) => {
        frame.start += 4;
        return DENY;
      }),
    ),
    mutant(
      "answers without an answer",
      ANSWERS,
      handling(() => HAIRPIN),
    ),
    mutant(
      "answers in the packet's buffer",
      ANSWERS,
      handling(({ frame }, reply) => {
        reply.bytes = frame.bytes;
        reply.start = frame.start;
        reply.end = frame.end;
        return HAIRPIN;
      }),
    ),
    mutant(
      "answers longer than a frame can be",
      ANSWERS,
      handling((_packet, reply) => {
        reply.reset(70_000);
        return HAIRPIN;
      }),
    ),
    mutant(
      "leaves bytes of an earlier answer in its own",
      HANDLES_AGAIN,
      handling((_packet, reply) => {
        reply.reset(64);
        return HAIRPIN;
      }),
    ),
    mutant(
      "decides by chance",
      HANDLES_AGAIN,
      handling(() => ({ kind: draws++ % 2 === 0 ? "allow" : "deny" })),
    ),
    portMutant("does not start its port", RUNNING, () => {
      const port = makePort({ kind: "allow" });
      port.pause();
      return port;
    }),
    portMutant("has an action that throws", EXPLAINS, () =>
      makePort({
        kind: "static",
        generator: {
          text: "test",
          headerTransform: (dir, packet, metadata) => {
            if (packet.ipVersion === 4 && packet.frame.bytes[packet.ip + 8] === 0) throw new RangeError("No TTL");
            return tunnel.headerTransform(dir, packet, metadata);
          },
        },
      }),
    ),
    portMutant("has an action that answers without an answer", EXPLAINS, () =>
      makePort(
        hairpin((_dir, _packet, reply) => {
          reply.reset(0);
          return DONE;
        }),
      ),
    ),
    portMutant("has an action that writes in front of the frame", NO_HEADROOM, () =>
      makePort(
        hairpin((_dir, { frame }, reply) => {
          frame.bytes.set(ARP_REQUEST, frame.start - ARP_REQUEST.length);
          reply.reset(64);
          reply.view().fill(0);
          return DONE;
        }),
      ),
    ),
    portMutant("has an action that acts by chance", ALIKE, () =>
      makePort(
        hairpin((_dir, _packet, reply) => {
          reply.reset(64);
          reply.view().fill(draws++);
          return DONE;
        }),
      ),
    ),
  ],
);

function turn(flow: Packet["flow"]): void {
  const { words } = flow;
  [words[0], words[4]] = [words[4] ?? 0, words[0] ?? 0];
}
