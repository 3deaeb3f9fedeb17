// `opteadm explain`: what a port would do with a packet now, and why.

import { Direction, type ExplainResp, TextError } from "opte-api";
import type { SubcommandMaker } from "../grammar/subcommand.js";
import type { Session } from "../run/session.js";
import { UserError } from "xde-binding/program";
import { type PortOption, withPort } from "./port-option.js";

interface ExplainOptions extends PortOption {
  readonly dir: Direction;
}

/** Adds the command. */
export function addExplainCommand(make: SubcommandMaker, session: Session): void {
  withPort(make("explain", "tell what a port would do with a packet now, and why; nothing changes"))
    .needs("--dir <DIRECTION>", "in or out", Direction.parse)
    .positional("[FRAME]", "the frame in hex; read from standard input if left out", parseFrame)
    .action(async (given: Uint8Array | undefined, { p: portName, dir }: ExplainOptions) => {
      const frame = given ?? (await frameOfInput(session));
      const explained = await (await session.device()).call("Explain", { portName, dir, frame });
      session.showText({ json: { ...explained, frame: hexOf(explained.frame) }, lines: explanation(explained) });
    });
}

function explanation({ verdict, reason, steps, frame }: ExplainResp): string[] {
  return [
    reason === undefined ? verdict : `${verdict}: ${reason}`,
    ...steps.map(({ layer, text }) => `  ${layer === undefined ? "" : `${layer}: `}${text}`),
    ...(frame === undefined ? [] : [`  frame: ${hexOf(frame) ?? ""}`]),
  ];
}

function hexOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("hex");
}

/** @throws TextError unless there are pairs of hex digits; blanks, line ends and colons between them do not count */
function parseFrame(text: string): Uint8Array {
  const digits = text.replaceAll(/[\s:]/g, "");
  if (digits === "" || !/^(?:[0-9a-f]{2})*$/i.test(digits)) {
    throw new TextError("frame", "not_hex", text, "it is not an even number of hex digits");
  }
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

async function frameOfInput({ surroundings }: Session): Promise<Uint8Array> {
  try {
    return parseFrame(await surroundings.readStdin());
  } catch (error) {
    if (error instanceof TextError) throw new UserError(error.message);
    throw error;
  }
}
