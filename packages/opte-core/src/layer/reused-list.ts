// A list that is filled anew for each packet: unlike an array it keeps its storage when it is emptied, so that it makes no garbage.

/** Items of one packet after the other; what an earlier packet left stays behind the end until it is written over. */
export class ReusedList<Item> {
  /** The list's items, up to {@link size}. */
  readonly items: Item[] = [];
  size = 0;

  push(item: Item): void {
    this.items[this.size++] = item;
  }

  clear(): void {
    this.size = 0;
  }

  /** The items as an array of their own. */
  toArray(): Item[] {
    return this.items.slice(0, this.size);
  }
}
