// Values of the API as JSON: its field names, addresses as their texts.

/** One line of JSON. A number above 2^53 - 1, which most readers of JSON would round, is a text of its digits. */
export function apiJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}
