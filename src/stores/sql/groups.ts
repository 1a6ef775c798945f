/**
 * Cuts a list into groups of a few fixed sizes. A statement for many rows has a place for each of their
 * values: databases bound how many (SQLite 32,766, PostgreSQL 65,535), and prepared statements are kept
 * by their text, so there must not be one for every length of a list.
 */
export function* inGroups<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  let at = 0
  for (const size of sizes) {
    for (; items.length - at >= size; at += size) yield items.slice(at, at + size)
  }
}

/** The largest times the nine columns of an account stays far below both bounds. */
const sizes = [500, 50, 5, 1]
