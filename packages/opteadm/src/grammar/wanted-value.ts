// What a command line asks for before it is parsed.

/**
 * The value that `argv` gives the long option `flag`, the last one if there are several. So that faults of a command line can be told in
 * the form that it asks for, this does not ask whether the rest is right.
 */
export function wantedValue(argv: readonly string[], flag: string): string | undefined {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = words[at];
  return word === flag ? words[at + 1] : word?.slice(flag.length + 1);
}
