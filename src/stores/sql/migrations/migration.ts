/** The few words in which the two dialects differ. */
export interface Words {
  /** A 64-bit whole number. */
  readonly integer: string
  /** Ends a `create table`: SQLite checks column types only when told to. */
  readonly strict: string
  /** Can the database tell others by itself what has changed? */
  readonly notifies: boolean
  /** Has it tables that are written without a log, and are empty after a crash? */
  readonly unlogged: boolean
}

/** One step of the schema. Once released it is never edited: its checksum is in every database. */
export interface Migration {
  /** Number and name; the order of the list decides, the number is for readers. */
  readonly id: string
  statements(words: Words): readonly string[]
}
