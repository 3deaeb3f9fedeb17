// Runs the program in a Node process of its own: input by standard input, result by standard output.

import { text } from "node:stream/consumers";
import { run } from "./program.js";

process.stdout.write(await run(await text(process.stdin)));
