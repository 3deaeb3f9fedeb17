// A large value as JSON text, in bytes, without ever holding the text as a whole.

/** Bytes of a chunk but the last. */
export const CHUNK: number = 1 << 20;

/** Characters that are turned into bytes at once. */
const PIECE = 1 << 16;

/**
 * The bytes of `JSON.stringify(value)`, in chunks of {@link CHUNK} bytes. Pauses between slices of the work: members of objects and elements
 * of arrays are written one by one, what is in the elements at once.
 *
 * @param value plain data
 */
export function* jsonChunks(value: unknown): Generator<undefined, readonly Uint8Array[]> {
  const chunks: Buffer[] = [];
  let end = CHUNK;
  let held: string[] = [];
  let size = 0;
  const flush = (): void => {
    const bytes = Buffer.from(held.join(""));
    for (let from = 0; from < bytes.length;) {
      if (end === CHUNK) {
        chunks.push(Buffer.alloc(CHUNK));
        end = 0;
      }
      const copied = bytes.copy(chunks.at(-1) ?? bytes, end, from);
      end += copied;
      from += copied;
    }
    held = [];
    size = 0;
  };
  for (const piece of pieces(value)) {
    held.push(piece);
    size += piece.length;
    if (size < PIECE) continue;
    flush();
    yield;
  }
  flush();
  const last = chunks.pop();
  return last === undefined ? [] : [...chunks, last.subarray(0, end)];
}

function* pieces(value: unknown): Generator<string> {
  if (Array.isArray(value)) {
    yield "[";
    for (const [i, element] of value.entries()) yield `${i === 0 ? "" : ","}${JSON.stringify(element)}`;
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    let before = "{";
    for (const [member, each] of Object.entries(value)) {
      yield `${before}${JSON.stringify(member)}:`;
      yield* pieces(each);
      before = ",";
    }
    yield before === "{" ? "{}" : "}";
  } else {
    yield JSON.stringify(value);
  }
}
