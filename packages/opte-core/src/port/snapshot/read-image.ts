// Reads a port's image from plain data and checks all of it, before anything is built.

import type { Direction } from "opte-api";
import { FLOW_WORDS, FlowKey } from "../../flow/flow-id.js";
import { TCP_STATE_NAMES } from "../../flow/tcp-matrix.js";
import { LAYER_STAT_FIELDS } from "../../layer/layer-stats.js";
import type { RuleEntry } from "../../rule/rule-entry.js";
import { PROGRAM_WORDS, ProgramFlag, ProgramWord } from "../../transform/program.js";
import { PORT_STAT_FIELDS } from "../port-stats.js";
import { FLAG_LIST, FLAG_MTU_UNRESTRICTED } from "../uft.js";
import {
  TCP_GONE,
  type LayerImage,
  type PairImage,
  type PortImage,
  type RulesImage,
  type TcpImage,
  type TemplateImage,
  type UftImage,
} from "./port-image.js";
import type { SnapshotDecoder } from "./snapshot-codec.js";
import type { SnapshotReader } from "./snapshot-reader.js";
import { readHeaderTransform } from "./transform-value.js";

/** What the port will be, which the image has to fit. */
export interface ImageBounds {
  readonly uft: number;
  readonly tcp: number;
  readonly layers: readonly { readonly name: string; readonly flowLimit: number }[];
}

const UINT32 = 0xffffffff;

/** @throws OpteError `PortCreate`, naming the member that is wrong */
export function readImage(reader: SnapshotReader, bounds: ImageBounds, decoder: SnapshotDecoder): PortImage {
  return new ImageReader(reader, bounds, decoder).read();
}

class ImageReader {
  readonly #reader: SnapshotReader;
  readonly #bounds: ImageBounds;
  readonly #decoder: SnapshotDecoder;
  readonly #pairCount: number;
  readonly #tcpCount: number;
  readonly #inCount: number;

  constructor(reader: SnapshotReader, bounds: ImageBounds, decoder: SnapshotDecoder) {
    this.#reader = reader;
    this.#bounds = bounds;
    this.#decoder = decoder;
    this.#pairCount = reader.get("pairs").items().length;
    this.#tcpCount = reader.get("tcp").items().length;
    this.#inCount = reader.get("uftIn").items().length;
  }

  read(): PortImage {
    const reader = this.#reader;
    const { uft, tcp } = this.#bounds;
    const templates = reader.get("templates").items().map(readTemplate);
    const image: PortImage = {
      epoch: reader.get("epoch").integer(1),
      stats: this.#stats(reader.get("stats"), PORT_STAT_FIELDS.length),
      layers: reader
        .get("layers")
        .items(this.#bounds.layers.length)
        .map((layer, i) => this.#layer(layer, i)),
      templates,
      pairs: reader
        .get("pairs")
        .items()
        .map((pair) => this.#pair(pair)),
      tcp: entries(reader.get("tcp"), tcp).map((entry) => this.#tcpEntry(entry)),
      uftIn: entries(reader.get("uftIn"), uft).map((entry) => this.#uftEntry("in", entry, templates.length)),
      uftOut: entries(reader.get("uftOut"), uft).map((entry) => this.#uftEntry("out", entry, templates.length)),
    };
    this.#checkPairs(image);
    checkDistinct(
      reader.get("tcp"),
      image.tcp.map(({ record }) => record.flow),
    );
    for (const table of ["uftIn", "uftOut"] as const) {
      checkDistinct(
        reader.get(table),
        image[table].map(({ flow }) => flow),
      );
    }
    this.#checkPartners(image);
    return image;
  }

  /** Counters, which are absent from an image of rules alone: it has nothing that they count. */
  #stats(reader: SnapshotReader, count: number): number[] | undefined {
    const isAbsent = this.#reader.get("stats").isNull;
    if (!isAbsent) return readNumbers(reader, count);
    if (!reader.isNull) return reader.fail("is there, but the port has no counters");
    for (const list of ["pairs", "tcp", "uftIn", "uftOut", "templates"]) this.#reader.get(list).items(0);
    return undefined;
  }

  #layer(reader: SnapshotReader, index: number): LayerImage {
    const bounds = this.#bounds.layers[index];
    const name = reader.get("name").text();
    if (name !== bounds?.name) return reader.get("name").fail(`is not "${bounds?.name ?? ""}"`);
    const limit = reader.get("limit").integer(1);
    if (limit !== bounds.flowLimit) return reader.get("limit").fail(`is not ${bounds.flowLimit}`);
    return {
      stats: this.#stats(reader.get("stats"), LAYER_STAT_FIELDS.length),
      in: this.#rules(reader.get("in"), name, "in"),
      out: this.#rules(reader.get("out"), name, "out"),
    };
  }

  #rules(reader: SnapshotReader, layer: string, dir: Direction): RulesImage {
    const nextId = reader.get("nextId").integer();
    const list = reader.get("entries");
    const rules = list.items().map((entry): RuleEntry => ({
      id: entry.get("id").integer(0, nextId - 1),
      hits: entry.get("hits").integer(),
      rule: this.#decoder.rule(layer, dir, entry.get("rule")),
    }));
    if (new Set(rules.map(({ id }) => id)).size < rules.length) return list.fail("has two rules with one id");
    return { nextId, defaultHits: reader.get("defaultHits").integer(), entries: rules };
  }

  #pair(reader: SnapshotReader): PairImage {
    const layer = reader.get("layer").integer(0, this.#bounds.layers.length - 1);
    const name = this.#bounds.layers[layer]?.name ?? "";
    const descriptor = reader.get("descriptor");
    const halves = reader
      .get("halves")
      .items()
      .map((half) => ({
        dir: half.get("dir").oneOf(["in", "out"]),
        flow: readFlow(half.get("flow")),
        hits: half.get("hits").integer(0, UINT32),
        isDirty: half.get("isDirty").boolean(),
      }));
    if (new Set(halves.map(({ dir }) => dir)).size < halves.length)
      return reader.get("halves").fail("repeats a direction");
    return {
      layer,
      ageMs: reader.get("ageMs").finite(),
      isKilled: reader.get("isKilled").boolean(),
      descriptor: descriptor.isNull ? undefined : this.#decoder.descriptor(name, descriptor.get("made")),
      halves,
    };
  }

  #tcpEntry(reader: SnapshotReader): TcpImage {
    const inbound = reader.get("inbound");
    return {
      ageMs: reader.get("ageMs").finite(),
      record: {
        flow: readFlow(reader.get("flow")),
        hits: reader.get("hits").integer(0, UINT32),
        state: reader.get("state").integer(0, TCP_STATE_NAMES.length - 1),
        known: reader.get("known").integer(0, 15),
        numbers: reader
          .get("numbers")
          .items(4)
          .map((number) => number.uint32()),
        inbound: inbound.isNull ? undefined : readFlow(inbound),
        counters: readNumbers(reader.get("counters"), 4),
      },
      parentsIn: this.#parents(reader.get("parentsIn")),
      parentsOut: this.#parents(reader.get("parentsOut")),
    };
  }

  #uftEntry(dir: Direction, reader: SnapshotReader, templates: number): UftImage {
    const flags = reader.get("flags").integer(0, FLAG_MTU_UNRESTRICTED | FLAG_LIST);
    return {
      flow: readFlow(reader.get("flow")),
      hits: reader.get("hits").integer(0, UINT32),
      ageMs: reader.get("ageMs").finite(),
      epoch: reader.get("epoch").int32(),
      flags,
      tcp: reader.get("tcp").integer(TCP_GONE, this.#tcpCount - 1),
      parents: this.#parents(reader.get("parents")),
      program: (flags & FLAG_LIST) === 0 ? readProgram(reader.get("program"), templates) : undefined,
      recorded: {
        headers: reader.get("headers").items().map(readHeaderTransform),
        bodies: reader
          .get("bodies")
          .items()
          .map((body) => this.#decoder.bodyTransform(body)),
        summary: reader.get("summary").text(),
      },
      answer: dir === "in" ? readFlow(reader.get("answer")) : undefined,
      partner: dir === "in" ? -1 : reader.get("partner").integer(-1, this.#inCount - 1),
    };
  }

  #parents(reader: SnapshotReader): number[] {
    return reader.items().map((parent) => parent.integer(0, this.#pairCount - 1));
  }

  /** Every pair has a half or a dependant, and each layer's tables have room for theirs and each flow once. */
  #checkPairs({ pairs, tcp, uftIn, uftOut }: PortImage): void {
    const list = this.#reader.get("pairs");
    const parents = new Set([
      ...tcp.flatMap(({ parentsIn, parentsOut }) => [...parentsIn, ...parentsOut]),
      ...[...uftIn, ...uftOut].flatMap((entry) => entry.parents),
    ]);
    for (const [i, { halves }] of pairs.entries()) {
      if (halves.length === 0 && !parents.has(i)) list.items()[i]?.fail("belongs to nothing");
    }
    for (const [layer, { flowLimit }] of this.#bounds.layers.entries()) {
      const own = pairs.filter((pair) => pair.layer === layer && pair.halves.length > 0);
      if (own.length > flowLimit) list.fail(`holds more than ${flowLimit} of layer ${layer}`);
      for (const dir of ["in", "out"] as const) {
        const flows = own.flatMap(({ halves }) => halves.filter((half) => half.dir === dir).map(({ flow }) => flow));
        checkDistinct(list, flows);
      }
    }
  }

  /** A partner is answered by the very flow that names it. */
  #checkPartners({ uftIn, uftOut }: PortImage): void {
    for (const [i, { partner, flow }] of uftOut.entries()) {
      if (partner < 0) continue;
      if (uftIn[partner]?.answer?.equals(flow) !== true) {
        this.#reader.get("uftOut").items()[i]?.get("partner").fail("is answered by another flow");
      }
    }
  }
}

function readTemplate(reader: SnapshotReader): TemplateImage {
  const bytes = reader.get("bytes").bytes();
  const version = (bytes[ETHER_LEN] ?? 0) >>> 4;
  if (version !== 4 && version !== 6) return reader.get("bytes").fail("is not an encapsulation");
  const ipLen = version === 4 ? 20 : 40;
  const udpAt = reader.get("udpAt").integer(ETHER_LEN + ipLen);
  if (bytes.length < udpAt + UDP_GENEVE_LEN) return reader.get("bytes").fail("is too short for an encapsulation");
  return { bytes, udpAt };
}

const ETHER_LEN = 14;
const UDP_GENEVE_LEN = 16;

function readProgram(reader: SnapshotReader, templates: number): number[] {
  const items = reader.items(PROGRAM_WORDS);
  const words = items.map((word) => word.int32());
  if (((words[ProgramWord.Flags] ?? 0) & ProgramFlag.Push) !== 0)
    items[ProgramWord.Template]?.integer(0, templates - 1);
  return words;
}

/** A flow that may stand in a table. */
function readFlow(reader: SnapshotReader): FlowKey {
  const flow = new FlowKey();
  flow.words.set(reader.items(FLOW_WORDS).map((word) => word.int32()));
  const { words, family } = flow;
  const isIpv4 = family === 4 && IPV6_WORDS.every((i) => words[i] === 0);
  if ((!isIpv4 && family !== 6) || flow.isDefault) reader.fail("is not a flow");
  return flow;
}

/** Words of a key that only IPv6 uses. */
const IPV6_WORDS = [1, 2, 3, 5, 6, 7] as const;

function readNumbers(reader: SnapshotReader, count: number): number[] {
  return reader.items(count).map((number) => number.integer());
}

function entries(reader: SnapshotReader, limit: number): SnapshotReader[] {
  const items = reader.items();
  return items.length > limit ? reader.fail(`holds more than ${limit} entries`) : items;
}

function checkDistinct(reader: SnapshotReader, flows: readonly FlowKey[]): void {
  if (new Set(flows.map(({ words }) => words.join())).size < flows.length) reader.fail("holds a flow twice");
}
