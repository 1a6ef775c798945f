import type { Migration } from './migration.ts'

/**
 * PostgreSQL tells every node of an account whose sessions have just ended, in the same transaction: whoever
 * did it, and however. SQLite needs nothing: its readers notice every commit.
 */
export const revocations: Migration = {
  id: '0004-revocations',
  statements: ({ notifies }) => (notifies ? [tell, onChange, onRemoval] : []),
}

const tell = `create function sallyport_tell_revoked() returns trigger language plpgsql as $$
begin
  perform pg_notify('sallyport_revoked', old.id);
  return null;
end $$`

const onChange = `create trigger sallyport_changed after update on accounts for each row
  when (old.epoch is distinct from new.epoch or old.status is distinct from new.status)
  execute function sallyport_tell_revoked()`

const onRemoval = `create trigger sallyport_removed after delete on accounts for each row
  execute function sallyport_tell_revoked()`
