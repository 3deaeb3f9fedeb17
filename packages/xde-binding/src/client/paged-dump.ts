// Dumps of large tables, page by page: no answer holds more than a page, and the device processes packets between two of them.

import {
  type Direction,
  type DumpLayerReq,
  type DumpLayerResp,
  type DumpTcpFlowsReq,
  type DumpTcpFlowsResp,
  type DumpUftReq,
  type DumpUftResp,
  Errno,
  type FlowEntriesDump,
  type FlowId,
} from "opte-api";
import type { CommandName } from "opte-api/codec";
import type { CallOptions, CommandCaller } from "./command-caller.js";
import { compareFlowIds } from "./flow-id-order.js";
import { XdeClientError } from "./xde-client-error.js";

/** Entries of a page: a few hundred kilobytes. */
const PAGE_LEN = 1000;

interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly next?: number;
}

/** Asks for dumps by pages; a device that has none is asked for the whole table, as the reference's client does. */
export class PagedDump {
  readonly #caller: CommandCaller;
  /** Whether the device has pages; unknown until it was asked. */
  #hasPages: boolean | undefined;

  constructor(caller: CommandCaller) {
    this.#caller = caller;
    if (!caller.hasExtensions) this.#hasPages = false;
  }

  layer(req: DumpLayerReq, options?: CallOptions): Promise<DumpLayerResp> {
    return this.#pagesOr(
      "DumpLayer",
      async () => {
        const flows = (dir: Direction): Promise<FlowEntriesDump> =>
          allEntries((cursor) => this.#caller.call("DumpLayerPage", { ...req, dir, cursor, max: PAGE_LEN }, options));
        const rules = await this.#caller.call("DumpLayerRules", req, options);
        return { ...rules, ftIn: await flows("in"), ftOut: await flows("out") };
      },
      () => this.#caller.call("DumpLayer", req, options),
    );
  }

  uft(req: DumpUftReq, options?: CallOptions): Promise<DumpUftResp> {
    return this.#pagesOr(
      "DumpUft",
      async () => {
        let limit = 0;
        const flows = (dir: Direction): Promise<FlowEntriesDump> =>
          allEntries(async (cursor) => {
            const page = await this.#caller.call("DumpUftPage", { ...req, dir, cursor, max: PAGE_LEN }, options);
            limit = page.limit;
            return page;
          });
        const inFlows = await flows("in");
        const inLimit = limit;
        const outFlows = await flows("out");
        // Counted from what is shown, so that the numbers fit the lists
        return {
          inLimit,
          inNumFlows: inFlows.length,
          inFlows,
          outLimit: limit,
          outNumFlows: outFlows.length,
          outFlows,
        };
      },
      () => this.#caller.call("DumpUft", req, options),
    );
  }

  tcpFlows(req: DumpTcpFlowsReq, options?: CallOptions): Promise<DumpTcpFlowsResp> {
    return this.#pagesOr(
      "DumpTcpFlows",
      async () => ({
        flows: await allEntries((cursor) =>
          this.#caller.call("DumpTcpFlowsPage", { ...req, cursor, max: PAGE_LEN }, options),
        ),
      }),
      () => this.#caller.call("DumpTcpFlows", req, options),
    );
  }

  /** @param dump the command that the caller knows, and which errors are told of */
  async #pagesOr<T>(dump: CommandName, byPages: () => Promise<T>, whole: () => Promise<T>): Promise<T> {
    if (this.#hasPages === false) return whole();
    try {
      const pages = await byPages();
      this.#hasPages = true;
      return pages;
    } catch (error) {
      if (this.#hasPages === true || !isUnsupported(error)) throw ofCommand(error, dump);
      this.#hasPages = false;
      return whole();
    }
  }
}

/** Entries of all pages, in flow-id order. */
async function allEntries<Entry extends readonly [FlowId, unknown]>(
  page: (cursor: number) => Promise<Page<Entry>>,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const { entries: part, next }: Page<Entry> = await page(cursor);
    for (const entry of part) entries.push(entry);
    cursor = next;
  }
  return entries.sort(([a], [b]) => compareFlowIds(a, b));
}

/** A refusal, told as that of another command. */
function ofCommand(error: unknown, cmd: CommandName): unknown {
  if (!(error instanceof XdeClientError) || error.fault.kind !== "CommandError") return error;
  return new XdeClientError({ ...error.fault, cmd }, error.cause);
}

function isUnsupported(error: unknown): boolean {
  if (!(error instanceof XdeClientError) || error.fault.kind !== "CommandError") return false;
  const { payload } = error.fault.error;
  return payload.kind === "System" && payload.errno === Errno.ENOTSUP;
}
