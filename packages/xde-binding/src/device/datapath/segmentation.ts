// Large TCP packets of other sleds, cut into the segments that their guest would have sent (spec 05 §17).
//
// Sleds whose network cards segment send packets up to the underlay's MTU and say in a tunnel option how long segments were to be. A
// receiver with such a card hands them on whole; our guests have none, so here they get segments.

import {
  finishSum,
  type Frame,
  Packet,
  parseGuest,
  sumBytes,
  sumIpv4Pseudo,
  sumIpv6Pseudo,
  writeIpv4Checksum,
} from "opte-core";
import type { Sled } from "../sled.js";
import type { XdePort } from "../xde-port.js";
import type { Batch } from "./batch.js";

const TCP = 6;
const IPV6_LEN = 40;
const IPV4_TOTAL_LEN = 2;
const IPV4_ID = 4;
const IPV6_PAYLOAD_LEN = 4;
const TCP_SEQ = 4;
const TCP_FLAGS = 13;
const TCP_CHECKSUM = 16;

/** Flags that belong to the first segment, and to the last (RFC 3168 §6.1.2, RFC 9293 §3.1). */
const CWR = 0x80;
const FIN_PSH = 0x01 | 0x08;

/** Least size of segments, so that one packet cannot become thousands; stacks do not go below it either. */
const MIN_SEGMENT_SIZE = 88;

/** Delivers packets in segments. */
export class Segmentation {
  readonly #sled: Sled;
  readonly #batch: Batch;
  readonly #packet: Packet = new Packet();

  constructor(sled: Sled, batch: Batch) {
    this.#sled = sled;
    this.#batch = batch;
  }

  /** @param frame for the guest, decapsulated, @param segmentSize of its body, as the sender has said */
  deliver(port: XdePort, frame: Frame, segmentSize: number): void {
    const packet = this.#packet;
    const size = Math.max(segmentSize, MIN_SEGMENT_SIZE);
    if (!parseGuest(packet, frame) || packet.proto !== TCP || ipEnd(packet) - packet.body <= size) {
      this.#batch.toGuest(port, frame);
      return;
    }
    // Segments get checksums of their own, which must not vouch for what was damaged before.
    if (tcpChecksum(packet, frame.bytes, ipEnd(packet)) !== 0) {
      this.#sled.drop("rx_bad_checksum", port.name, frame);
      return;
    }
    const end = ipEnd(packet);
    for (let from = packet.body, index = 0; from < end; from += size, index++) {
      this.#batch.toGuest(port, this.#segment(packet, from, Math.min(from + size, end), index));
    }
  }

  /** The segment with `bytes[from, to)` of the packet. */
  #segment(packet: Packet, from: number, to: number, index: number): Frame {
    const { frame, ip, ipLen, ipVersion, ulp, body } = packet;
    const end = body + (to - from);
    const segment = this.#batch.pool.take(frame.start, end);
    const { bytes } = segment;
    bytes.set(frame.bytes.subarray(frame.start, body), frame.start);
    bytes.set(frame.bytes.subarray(from, to), body);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (ipVersion === 4) {
      view.setUint16(ip + IPV4_TOTAL_LEN, end - ip);
      view.setUint16(ip + IPV4_ID, view.getUint16(ip + IPV4_ID) + index);
      writeIpv4Checksum(bytes, ip, ipLen);
    } else {
      view.setUint16(ip + IPV6_PAYLOAD_LEN, end - ip - IPV6_LEN);
    }
    view.setUint32(ulp + TCP_SEQ, view.getUint32(ulp + TCP_SEQ) + (from - body));
    const others = (index === 0 ? 0 : CWR) | (to === ipEnd(packet) ? 0 : FIN_PSH);
    view.setUint8(ulp + TCP_FLAGS, view.getUint8(ulp + TCP_FLAGS) & ~others);
    view.setUint16(ulp + TCP_CHECKSUM, 0);
    view.setUint16(ulp + TCP_CHECKSUM, tcpChecksum(packet, bytes, end));
    return segment;
  }
}

/** Offset behind the IP packet; link padding is not part of it. */
function ipEnd({ frame, ip, ipVersion }: Packet): number {
  const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
  return (
    ip + (ipVersion === 4 ? view.getUint16(ip + IPV4_TOTAL_LEN) : IPV6_LEN + view.getUint16(ip + IPV6_PAYLOAD_LEN))
  );
}

/** The checksum for the segment up to `end`; 0 if the one in it is right. */
function tcpChecksum({ ip, ipVersion, ulp }: Packet, bytes: Uint8Array, end: number): number {
  const pseudo = (ipVersion === 4 ? sumIpv4Pseudo : sumIpv6Pseudo)(bytes, ip, TCP, end - ulp);
  return finishSum(sumBytes(bytes, ulp, end, pseudo));
}
