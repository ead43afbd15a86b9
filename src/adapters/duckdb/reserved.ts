const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** `duckdb_keywords()`, the categories that cannot name a column without quotes. */
const duckdb = words(`
  all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check collate collation column
  concurrently constraint create cross default deferrable desc describe distinct do else end except false fetch for foreign freeze from full
  generated glob group having ilike in initially inner intersect into is isnull join lambda lateral leading left like limit map natural not
  notnull null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning
  right select semi show similar some struct summarize symmetric table tablesample then to trailing true try_cast union unique unpack unpivot
  using variadic verbose when where window with`);
/** Spark SQL under ANSI mode. */
const spark = words(`
  all and any as authorization both case cast check collate column constraint create current_date current_time current_timestamp current_user
  distinct else end escape except execute false fetch filter for foreign from grant group having in intersect into is join lateral leading left
  natural not null offset on only or order outer overlaps percentile_cont percentile_disc primary references right select session_user some sql
  table then time to trailing union unique unknown user using when where with within`);
/** GoogleSQL. */
const bigquery = words(`
  all and any array as asc assert_rows_modified at between by case cast collate contains create cross cube current default define desc distinct
  else end enum escape except exclude exists extract false fetch following for from full group grouping groups hash having if ignore in inner
  intersect interval into is join lateral left like limit lookup merge natural new no not null nulls of on or order outer over partition
  preceding proto qualify range recursive respect right rollup rows select set some struct tablesample then to treat true unbounded union unnest
  using when where window with within`);
const postgres = words(`
  all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint
  create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join
  lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
  references returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user
  using variadic verbose when where window with`);

/** A project may move to any of these engines, so no name may be a reserved word of one. */
export const reserved: ReadonlySet<string> = new Set([...duckdb, ...spark, ...bigquery, ...postgres]);
