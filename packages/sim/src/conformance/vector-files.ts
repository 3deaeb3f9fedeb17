// Finds vector files and reads them line by line.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { FieldError, type Json, parseJson } from "./json.js";

const VECTOR_FILE = /\.jsonl(\.gz)?$/;

/** One line of a vector file. */
export interface VectorLine {
  /** File and line number, as in `nat.jsonl.gz:3`. */
  readonly position: string;
  readonly vector: Json;
}

/**
 * Paths of the vector files among `paths`: a file stands for itself, a folder for every `.jsonl` and `.jsonl.gz` in it.
 *
 * @throws Error if a path does not exist, or a folder has no vector file.
 */
export function findVectorFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) throw new Error(`Path "${path}" does not exist`);
    if (!stats.isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => VECTOR_FILE.test(name));
    if (names.length === 0) throw new Error(`Folder "${path}" has no .jsonl or .jsonl.gz file`);
    return names.sort().map((name) => join(path, name));
  });
}

/** Lines of a vector file, empty ones left out. @throws Error naming the file, and the line if one is not JSON. */
export function* readVectorFile(path: string): Generator<VectorLine, void, undefined> {
  const bytes = readFileSync(path);
  const lines = (path.endsWith(".gz") ? gunzip(path, bytes) : bytes).toString("utf8").split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    yield { position: `${path}:${i + 1}`, vector: parsedAt(`${path}:${i + 1}`, line) };
  }
}

/** Runs `read`; an error of it gets the position in front of its message. */
export async function atPosition<T>(position: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw positioned(position, error);
  }
}

function parsedAt(position: string, line: string): Json {
  try {
    return parseJson(line);
  } catch (error) {
    throw positioned(position, error);
  }
}

function positioned(position: string, error: unknown): unknown {
  return error instanceof FieldError ? new Error(`${position}: ${error.message}`) : error;
}

function gunzip(path: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new Error(`File "${path}" cannot be decompressed`, { cause: error });
  }
}
