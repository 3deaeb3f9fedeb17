// Fills the tables of a fresh port from an image that has been checked.

import type { Direction } from "opte-api";
import { flowCrc32 } from "../../flow/flow-hash.js";
import { NONE, type FlowPairs } from "../../layer/flow-pairs.js";
import { ProgramFlag, ProgramWord } from "../../transform/program.js";
import type { PortParts } from "../port-parts.js";
import { TCP_ENTRY_ID } from "../tcp-flows.js";
import { FLAGS, HASH, PARTNER, PROGRAM, TCP_ID, TCP_SLOT } from "../uft.js";
import { NO_TCP, TCP_GONE, type PortImage, type UftImage } from "./port-image.js";

/** @param nowMs this process's time, in place of the one at which the snapshot was taken */
export function loadImage(parts: PortParts, image: PortImage, nowMs: number): void {
  const { layers, stats } = parts;
  const pairs = loadPairs(parts, image, nowMs);
  const tcpSlots = loadTcp(parts, image, pairs, nowMs);
  loadUft(parts, image, pairs, tcpSlots, nowMs);
  // Only now, so that those who depend on a killed pair learn of it.
  for (const [i, { isKilled }] of image.pairs.entries()) {
    if (isKilled) parts.pairs.kill(at(pairs, i));
  }
  for (const [i, layer] of image.layers.entries()) {
    for (const dir of ["in", "out"] as const) {
      const { entries, nextId, defaultHits } = layer[dir];
      layers[i]?.loadRules(dir, entries, nextId, defaultHits);
    }
    if (layer.stats !== undefined) layers[i]?.stats.values.set(layer.stats);
  }
  if (image.stats !== undefined) stats.set(image.stats);
}

function loadPairs({ layers }: PortParts, image: PortImage, nowMs: number): number[] {
  return image.pairs.map(
    ({ layer, halves, descriptor, ageMs }) => layers[layer]?.flows.load(halves, descriptor, nowMs - ageMs) ?? NONE,
  );
}

function loadTcp({ tcp, pairs }: PortParts, image: PortImage, places: readonly number[], nowMs: number): number[] {
  return image.tcp.map(({ record, ageMs, parentsIn, parentsOut }) => {
    const slot = tcp.load({ ...record, lastHitMs: nowMs - ageMs });
    tcp.setParents("in", slot, linked(pairs, parentsIn, places));
    tcp.setParents("out", slot, linked(pairs, parentsOut, places));
    return slot;
  });
}

function loadUft(
  parts: PortParts,
  image: PortImage,
  pairs: readonly number[],
  tcpSlots: readonly number[],
  nowMs: number,
): void {
  const { uft } = parts;
  const ids = image.templates.map(({ bytes, udpAt }) => parts.templates.acquireBytes(bytes, udpAt));
  const load = (dir: Direction, entry: UftImage): number => {
    const unified = uft.table(dir);
    const { flow, ageMs, epoch, recorded, hits, flags, program, tcp, parents } = entry;
    const slot = unified.insert(flow, nowMs - ageMs, epoch, linked(parts.pairs, parents, pairs), recorded, () => {
      // There is room: nothing is evicted.
    });
    const { table } = unified;
    table.setHits(slot, hits);
    table.setWord(slot, HASH, flowCrc32(flow));
    table.setWord(slot, FLAGS, flags);
    if (tcp !== NO_TCP) {
      // No entry ever has id 0.
      const tcpSlot = tcp === TCP_GONE ? 0 : at(tcpSlots, tcp);
      table.setWord(slot, TCP_SLOT, tcpSlot);
      table.setWord(slot, TCP_ID, tcp === TCP_GONE ? 0 : parts.tcp.table.word(tcpSlot, TCP_ENTRY_ID));
    }
    if (program !== undefined) loadProgram(parts, table.records, slot * table.stride + PROGRAM, program, image);
    return slot;
  };
  const inSlots = image.uftIn.map((entry) => load("in", entry));
  const outSlots = image.uftOut.map((entry) => load("out", entry));
  for (const [i, { answer }] of image.uftIn.entries()) {
    if (answer !== undefined) uft.pair(at(inSlots, i), answer);
  }
  // Which of the entries that an outbound flow answers named it last is not in their order.
  for (const [i, { partner }] of image.uftOut.entries()) {
    uft.out.table.setWord(at(outSlots, i), PARTNER, partner < 0 ? NONE : at(inSlots, partner));
  }
  for (const id of ids) parts.templates.release(id);
}

/** A program keeps its template in use. */
function loadProgram(
  { templates }: PortParts,
  records: Int32Array,
  offset: number,
  program: readonly number[],
  image: PortImage,
): void {
  records.set(program, offset);
  if (((program[ProgramWord.Flags] ?? 0) & ProgramFlag.Push) === 0) return;
  const template = image.templates[program[ProgramWord.Template] ?? NONE];
  if (template === undefined) return;
  records[offset + ProgramWord.Template] = templates.acquireBytes(template.bytes, template.udpAt);
}

/** A list of parents that asks `parents` in their order. */
function linked(pairs: FlowPairs, parents: readonly number[], places: readonly number[]): number {
  return parents.reduceRight((head, parent) => pairs.link(head, at(places, parent)), NONE);
}

function at(places: readonly number[], place: number): number {
  return places[place] as number; // Unwrap: places have been checked against the lists that they point into
}
