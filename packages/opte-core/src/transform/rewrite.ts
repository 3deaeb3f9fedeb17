// Runs header and body transformations on one packet: the slow path, and recorded lists (spec 01 §6–§10).
//
// Inner fields are written into the frame at once, so that the next layer sees them. Outer headers to push or pop are pending until
// `finish`, which brings the checksums up to date, once, and emits the frame.

import type { Direction } from "opte-api";
import { rd8, word32, wr32 } from "../packet/bytes.js";
import { finishSum, writeIpv4Checksum } from "../packet/checksum.js";
import { upperProtocolAt } from "../packet/ipv6-extensions.js";
import { updateFlow } from "../packet/packet-flow.js";
import type { Packet } from "../packet/packet.js";
import { pushTemplate } from "./apply.js";
import type { BodyTransform, BodyTransformError } from "./body-transform.js";
import { emitOuter } from "./emit.js";
import { writeEtherFields, writeIpFields, writeUlpFields } from "./field-write.js";
import type { EncapFields, EtherFields, HeaderTransform, IpFields } from "./header-transform.js";
import { headerSum, updateUlpChecksum, writeUlpChecksum } from "./inner-checksum.js";
import { OuterHeaders, type OuterHeaderName, type ReceivedHeaders } from "./outer-headers.js";
import { ProgramFlag } from "./program.js";
import type { RewriteStatus } from "./rewrite-status.js";
import type { TemplateTable } from "./template-table.js";

/** Headers that a transformation can find missing, as errors name them (spec 01 §6). */
export type HeaderName = OuterHeaderName | "inner IP" | "inner ULP";

/** Rewrites the packet of a port, one after the other. */
export class Rewrite implements ReceivedHeaders {
  readonly #packet: Packet;
  readonly #outer: OuterHeaders = new OuterHeaders();
  /** Sum of what the upper-layer checksum covers in the headers, as they were parsed; valid while they are dirty. */
  #headerSum = 0;
  /** Whether something that the checksums cover was set. */
  #checksumsDirty = false;
  #bodyModified = false;

  constructor(packet: Packet) {
    this.#packet = packet;
  }

  /** Starts on the packet that was parsed last; must be called before anything changes its bytes. */
  begin(): void {
    this.#outer.reset();
    this.#checksumsDirty = false;
    this.#bodyModified = false;
  }

  /**
   * Runs the six actions of a transformation in order, then sets the packet's flow id anew if they may have changed it; the first action that fails ends it, and
   * those before it stay.
   *
   * @returns name of the header that is missing, or of the other family; nothing on success
   */
  run(transform: HeaderTransform): HeaderName | undefined {
    const received = this.#packet.outerEther >= 0 ? this : undefined;
    const missing = this.#outer.run(transform, received) ?? this.#runInner(transform);
    if (transform.innerIp !== undefined || transform.innerUlp !== undefined) updateFlow(this.#packet);
    return missing;
  }

  /** Runs a body transformation. From the moment that it begins, all inner checksums will be computed from scratch. */
  runBody(transform: BodyTransform, dir: Direction): BodyTransformError | undefined {
    if (this.#packet.body >= this.#packet.frame.end) return { kind: "noPayload" };
    this.#bodyModified = true;
    return transform.run(dir, this.#packet);
  }

  /**
   * Brings the inner checksums up to date, as far as anything that they cover may have changed, and emits the frame in place. The
   * packet's outer offsets still tell where its received headers stood.
   */
  finish(): RewriteStatus {
    this.#updateChecksums();
    return emitOuter(this.#packet, this.#outer);
  }

  /** {@link finish} for a packet whose transformations were compiled: the same frame, its encapsulation copied and not written anew. */
  finishCompiled(program: Int32Array, at: number, templates: TemplateTable): RewriteStatus {
    if ((word32(program, at) & ProgramFlag.Push) === 0) return this.finish();
    this.#updateChecksums();
    return pushTemplate(program, at, this.#packet, templates);
  }

  #updateChecksums(): void {
    const packet = this.#packet;
    if (packet.ulp >= 0 && (this.#checksumsDirty || this.#bodyModified)) {
      if (this.#bodyModified) writeUlpChecksum(packet);
      else updateUlpChecksum(packet, finishSum(this.#headerSum) + headerSum(packet));
      if (packet.ipVersion === 4) writeIpv4Checksum(packet.frame.bytes, packet.ip, packet.ipLen);
    }
  }

  setEther(fields: EtherFields): void {
    writeEtherFields(this.#packet.frame.bytes, this.#packet.outerEther, fields);
  }

  setIp(fields: IpFields): boolean {
    const { frame, outerIp } = this.#packet;
    // The parser takes no other underlay.
    if (fields.version !== 6) return false;
    writeIpFields(frame.bytes, outerIp, upperProtocolAt(frame.bytes, outerIp), fields);
    return true;
  }

  setEncap({ vni }: EncapFields): void {
    const { frame, geneve } = this.#packet;
    if (vni === undefined) return;
    wr32(frame.bytes, geneve + 4, (vni << 8) | rd8(frame.bytes, geneve + 7));
    this.#packet.vni = vni;
  }

  #runInner({ innerEther, innerIp, innerUlp }: HeaderTransform): HeaderName | undefined {
    const packet = this.#packet;
    const { bytes } = packet.frame;
    if (innerEther !== undefined) writeEtherFields(bytes, packet.ether, innerEther.fields);
    if (innerIp !== undefined) {
      if (packet.ipVersion !== innerIp.fields.version) return "inner IP";
      this.#dirtyChecksums();
      writeIpFields(bytes, packet.ip, packet.protoAt, innerIp.fields);
    }
    if (innerUlp !== undefined) {
      if (packet.ulp < 0) return "inner ULP";
      this.#dirtyChecksums();
      writeUlpFields(packet, innerUlp.fields);
    }
    return undefined;
  }

  /** To be called before anything is changed that the inner checksums cover; only then what they covered before must be known. */
  #dirtyChecksums(): void {
    if (this.#checksumsDirty) return;
    this.#checksumsDirty = true;
    this.#headerSum = headerSum(this.#packet);
  }
}
