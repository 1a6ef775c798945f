import type { Migration } from './migration.ts'

/**
 * Limits as functions of the database, so that whoever counts sends one message, and holds no lock while it travels.
 * The table is made anew, with what is counted in columns. It is unlogged, as it was: see `0009-limits.ts`.
 */
export const limitFunctions: Migration = {
  id: '0011-limit-functions',
  statements: ({ unlogged }) =>
    unlogged ? ['drop table limit_tallies', tallies, byExpiry, lock, window, take, settle] : [],
}

// Ordered by bytes, whatever the database's language: in this order rows are locked. They are written again and again,
// so each page has room for that. `times` are in order, the oldest first; `counts` says how often each.
const tallies = `create unlogged table limit_tallies (
  key text collate "C" primary key,
  times bigint[] not null default '{}',
  counts integer[] not null default '{}',
  strikes integer not null default 0,
  is_spent boolean not null default false,
  is_told boolean not null default false,
  expires_at bigint not null default 0
) with (fillfactor = 70)`

const byExpiry = 'create index limit_tallies_by_expiry on limit_tallies (expires_at)'

/** Any number will do, as long as no other program on the database locks with the same one. */
const lockClass = 725_559_776

/**
 * Holds keys to the end of the transaction, there or not: all in one order, so those who name the same ones wait for
 * one another and never in a circle.
 */
const lock = `create function sallyport_limit_lock(keys text[]) returns void language plpgsql as $$
declare
  name integer;
begin
  for name in select hashtext(key) from unnest(keys) as key order by 1 loop
    perform pg_advisory_xact_lock(${lockClass}, name);
  end loop;
end $$`

/** More strikes than this make no window longer than its longest, and no number too large. */
const mostDoublings = 40

const window = `create function sallyport_limit_window(
  since bigint, longest bigint, grows boolean, strikes integer
) returns bigint language sql immutable parallel safe as $$
  select case when grows
    then least(since * power(2, least(strikes, ${mostDoublings})), longest)::bigint
    else since end
$$`

/**
 * `core/limits/tally.ts` and `take-all.ts` in PL/pgSQL. Arrays have an element for each claim, in their order. Where
 * all are taken `refused` is null, and the last three columns say what was.
 */
const take = `create function sallyport_limit_take(
  keys text[], points bigint[], windows bigint[], longest bigint[], grows boolean[], slices bigint[], now bigint,
  out refused integer, out wait bigint, out is_first boolean,
  out at bigint[], out "left" bigint[], out reset bigint[]
) language plpgsql as $$
declare
  kept limit_tallies[];
  tally limit_tallies;
  span bigint;
  total bigint;
  excess bigint;
  hit integer;
begin
  perform sallyport_limit_lock(keys);
  for place in 1 .. cardinality(keys) loop
    select * into tally from limit_tallies where key = keys[place] and expires_at > now;
    if not found then
      tally := row(keys[place], '{}', '{}', 0, false, false, 0);
    end if;

    -- From the newest back to the oldest that counts: there is nothing before the first.
    span := sallyport_limit_window(windows[place], longest[place], grows[place], tally.strikes);
    hit := cardinality(tally.times) + 1;
    total := 0;
    while tally.times[hit - 1] > now - span loop
      hit := hit - 1;
      total := total + tally.counts[hit];
    end loop;

    excess := total - points[place];
    if excess >= 0 then
      -- Until so many are over that there is room for one.
      while excess >= tally.counts[hit] loop
        excess := excess - tally.counts[hit];
        hit := hit + 1;
      end loop;
      refused := place;
      wait := tally.times[hit] + span - now;
      is_first := not tally.is_told;
      update limit_tallies set is_told = true where key = tally.key and is_first;
      return;
    end if;

    if tally.is_spent and grows[place] then
      tally.strikes := tally.strikes + 1;
      span := sallyport_limit_window(windows[place], longest[place], grows[place], tally.strikes);
      while tally.times[hit - 1] > now - span loop
        hit := hit - 1;
        total := total + tally.counts[hit];
      end loop;
    end if;
    tally.times := tally.times[hit:];
    tally.counts := tally.counts[hit:];

    -- Rounded up, so that no window holds more. Clocks of nodes differ: what is later may be there already.
    at[place] := (now + slices[place] - 1) / slices[place] * slices[place];
    hit := cardinality(tally.times) + 1;
    while tally.times[hit - 1] >= at[place] loop
      hit := hit - 1;
    end loop;
    if tally.times[hit] = at[place] then
      tally.counts[hit] := tally.counts[hit] + 1;
    else
      tally.times := tally.times[:hit - 1] || at[place] || tally.times[hit:];
      tally.counts := tally.counts[:hit - 1] || 1 || tally.counts[hit:];
    end if;

    -- The newest, as many as there are points: what is older decides nothing any more.
    excess := total + 1 - points[place];
    while excess > 0 loop
      if tally.counts[1] > excess then
        tally.counts[1] := tally.counts[1] - excess;
        exit;
      end if;
      excess := excess - tally.counts[1];
      tally.times := tally.times[2:];
      tally.counts := tally.counts[2:];
    end loop;

    "left"[place] := greatest(points[place] - total - 1, 0);
    reset[place] := tally.times[cardinality(tally.times)] + span - now;
    tally.is_spent := "left"[place] = 0;
    tally.is_told := false;
    tally.expires_at := tally.times[cardinality(tally.times)] + longest[place];
    kept[place] := tally;
  end loop;

  insert into limit_tallies select * from unnest(kept)
    on conflict (key) do update set times = excluded.times, counts = excluded.counts, strikes = excluded.strikes,
      is_spent = excluded.is_spent, is_told = excluded.is_told, expires_at = excluded.expires_at;
end $$`

/** Gives back what was taken of `keys` at the times in `at`, an element each, and forgets `forgotten`. */
const settle = `create function sallyport_limit_settle(keys text[], at bigint[], forgotten text[])
returns void language plpgsql as $$
declare
  tally limit_tallies;
  hit integer;
begin
  perform sallyport_limit_lock(keys || forgotten);
  for place in 1 .. cardinality(keys) loop
    select * into tally from limit_tallies where key = keys[place];
    hit := array_position(tally.times, at[place]);
    continue when hit is null;
    if tally.counts[hit] > 1 then
      tally.counts[hit] := tally.counts[hit] - 1;
    else
      tally.times := tally.times[:hit - 1] || tally.times[hit + 1:];
      tally.counts := tally.counts[:hit - 1] || tally.counts[hit + 1:];
    end if;
    if tally.times = '{}' and tally.strikes = 0 then
      delete from limit_tallies where key = tally.key;
    else
      update limit_tallies set times = tally.times, counts = tally.counts, is_spent = false, is_told = false
        where key = tally.key;
    end if;
  end loop;

  delete from limit_tallies where key = any(forgotten);
end $$`
