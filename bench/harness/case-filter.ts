// Which cases a run has.

/**
 * A test of names: whether each part of `filter`, separated by commas, one of which is enough, is a list of words, separated by blanks,
 * all of which stand in the name.
 */
export function wanted(filter: string): (name: string) => boolean {
  const choices = filter.split(",").map((choice) => choice.split(" ").filter((word) => word !== ""));
  return (name) => choices.some((words) => words.every((word) => name.includes(word)));
}
