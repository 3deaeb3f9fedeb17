// The functions of floor.mjs, to be called beside the engine in one process.
//
// floor.mjs is a script: it measures as it loads. Here its own text, from its constants to the head of its measuring loop, is made a
// module, so what runs is the handed file to the letter and no copy can drift from it. Its names are handed out in one object and not
// exported one by one: V8 reads an exported binding from memory at each use, which costs `hit` an eighth of its speed.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const text = readFileSync(new URL("floor.mjs", import.meta.url), "utf8");
const first = text.indexOf("// 130 bytes of headroom");
const last = text.indexOf("const out = [];");
if (first < 0 || last < first) throw new Error("Cannot find the functions in floor.mjs");

const NAMES = "BATCH, TEMPLATE, TEMPLATE_WORDS, WORDS, hash, rd16, wr16, adjust, table, insert, templates, hit";
const source = `${text.slice(first, last)}\nexport default { ${NAMES} };`;

export const floorSha256 = createHash("sha256").update(text).digest("hex");
export const floor = (await import(`data:text/javascript,${encodeURIComponent(source)}`)).default;
