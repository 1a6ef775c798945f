/**
 * Writes that belong together. Every store of the accounts' database takes part in the unit in which it is called,
 * without being told: so a flow reads as if there were none, and what it notes for the audit trail is durable if and
 * only if what it did is.
 */
export interface UnitOfWork {
  /**
   * All that `work` writes is durable when this returns, or none of it has happened. Within another unit it is part
   * of that. `work` must do nothing slow (never a password hash): on SQLite it holds the only writer.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>

  /**
   * Does this as the last thing of the unit, before it is made durable; outside of any, now. For what everybody writes
   * to, so that nobody holds it for longer than a moment.
   */
  lastly(work: () => Promise<void>): Promise<void>

  /** Does this once everything is durable; outside of any unit, now. For whoever must not hear of what is undone. */
  afterwards(work: () => Promise<void>): Promise<void>
}
