export interface Guarantee {
  readonly what: string;
  readonly by: string;
  readonly proof: readonly string[];
}

/** Beside what an engine says of itself: who enforces each promise. */
export const guarantees: readonly Guarantee[] = [
  {
    what: 'A step is published whole or not at all: rows, invalid rows, how far it has read, and its account.',
    by: 'one transaction of the engine',
    proof: ['src/ports/conformance/warehouse/publishing.ts'],
  },
  {
    what: 'in = valid + invalid + duplicates + held, for every publication.',
    by: 'Esteira, inside the transaction (`ACCOUNT_WRONG`)',
    proof: ['test/errors/errors.test.ts'],
  },
  {
    what: 'A row that breaks a rule is never among the valid ones, and is not lost.',
    by: 'Esteira, which judges every row before it is written; the engine’s tables have no constraints of their own',
    proof: ['src/ports/conformance/warehouse/invalid.ts'],
  },
  {
    what: 'A table with a key, written by replace or merge, has one row for each key.',
    by: 'Esteira (`KEYS_REPEATED`, `duplicates`)',
    proof: ['src/ports/conformance/warehouse/modes.ts'],
  },
  {
    what: 'A delete that does not say when it happened (its `keepLatest` columns) is an invalid row; it is not passed over.',
    by: 'Esteira, which judges key and order of a delete, and refuses an order that may be missing (`DEFINITION_INVALID`)',
    proof: ['src/ports/conformance/warehouse/modes.ts', 'test/run/changed.test.ts'],
  },
  {
    what: 'An append without `duplicates` takes in every version of a key once, also when rows are read again (`lookback`).',
    by: 'Esteira, which knows a row by where it comes from, else by all that it says',
    proof: ['src/ports/conformance/warehouse/equal-rows.ts', 'test/run/lookback.test.ts'],
  },
  {
    what: 'A file that is not what its source declares is said, set aside or refused, by the source’s own words; no value goes into a column that it is not of, and no row of it is lost.',
    by: 'Esteira (`newColumns`, `breach`, `SOURCE_DRIFTED`)',
    proof: ['test/run/source-drift.test.ts', 'src/adapters/duckdb/files/drift.test.ts'],
  },
  {
    what: 'A value of a table of Postgres is what Postgres says it is, or null and named; rows that stand at the bound, or whose cursor says nothing, come once; what a step reads of one server is of one moment.',
    by: 'Esteira, which reads the bytes by their type and knows rows by identity; the server’s snapshot',
    proof: [
      'src/adapters/postgres/values/said.test.ts',
      'test/servers/postgres/tables/values.test.ts',
      'test/servers/postgres/tables/reading.test.ts',
      'test/servers/postgres/tables/broken.test.ts',
    ],
  },
  {
    what: 'Each change of a database that is followed is landed once, in the order of commits, by whole transactions, whenever its reader, its server or their connection ends; what cannot be had any more is told, not passed over.',
    by: 'Esteira: rows and their place in the log are one transaction, and the server may forget only afterwards (`CHANGES_LOST`)',
    proof: [
      'test/servers/postgres/changes/kills.test.ts',
      'test/servers/postgres/changes/cases.test.ts',
      'test/servers/postgres/changes/controls.test.ts',
    ],
  },
  {
    what: 'A file that was cut off, or was written while it was read, leaves nothing of itself; once it is whole all is as if it had always been.',
    by: 'Esteira, where the end of the file shows it, or its size or time of change',
    proof: ['test/run/bad-days.test.ts'],
  },
  {
    what: 'The versions of a history depend on the rows that it has taken in, not on their order or on the runs that brought them.',
    by: 'Esteira, which keeps every row and makes the versions of each key anew from all of its rows',
    proof: ['src/ports/conformance/warehouse/histories.ts', 'test/run/versions/versions.test.ts'],
  },
  {
    what: 'Of a table that replaces each value of a column, every value is what its rows up to the bound give: all of them, read whole.',
    by: 'Esteira, which refuses what would read a part of them (`DEFINITION_INVALID`)',
    proof: ['src/ports/conformance/warehouse/partitions.ts', 'test/run/versions/versions.test.ts'],
  },
  {
    what: 'A check that blocks holds back the rows before anyone can read them.',
    by: 'Esteira, inside the transaction (`CHECK_FAILED`)',
    proof: ['src/ports/conformance/warehouse/invalid.ts'],
  },
  {
    what: 'A row that people are to let through gets out once, as it was when enough of them approved it; who has changed it is not one of them, and whoever answers what another has changed meanwhile is told.',
    by: 'Esteira: an answer names the version that was seen (`DECIDED_ALREADY`, `NOT_ALLOWED`), and a row is published with the name of its line',
    proof: ['src/ports/conformance/approvals.ts', 'test/approvals/machine.test.ts', 'test/approvals/kill.test.ts'],
  },
  {
    what: 'A reader sees a table as it was before a publication or after it.',
    by: 'the engine’s snapshots',
    proof: ['test/processes/readers.test.ts'],
  },
  {
    what: 'One process at a time writes a project; commands of others are carried out by it.',
    by: 'a lock of the kernel on `.esteira/owner.sqlite`, and the engine’s own lock on its files (`FILE_HELD`)',
    proof: ['test/owner/owner.test.ts', 'test/processes/processes.test.ts'],
  },
  {
    what: 'Processes of several machines, or several folders, with one state own the project one at a time.',
    by: 'a lease in the state, by the clock of the database, or a lock of the kernel beside a state in a file (`OWNED_ELSEWHERE`)',
    proof: ['src/ports/conformance/state.ts', 'test/servers/postgres/machines.test.ts'],
  },
  {
    what: 'One run of a job goes on at a time, and one that writes a table.',
    by: 'leases in the state (`RUN_IN_PROGRESS`)',
    proof: ['src/ports/conformance/state.ts', 'test/processes/processes.test.ts'],
  },
  {
    what: 'A run that was taken over writes nothing more.',
    by: 'a token in the warehouse, touched first in each transaction (`FENCED`)',
    proof: ['src/ports/conformance/warehouse/publishing.ts'],
  },
  {
    what: 'A run whose process was killed goes on with the first step that was not published; a client that waited goes on without it.',
    by: 'Esteira: the warehouse’s publications are the proof, the state is reconciled with them',
    proof: ['test/crash/crash.test.ts', 'test/processes/processes.test.ts'],
  },
  {
    what: 'Each time at which a job was due is run once, or named with the reason why nothing was run for it; where clocks change a time of the day is one.',
    by: 'Esteira: a time is written to the state once, and claimed in the transaction that opens its run',
    proof: ['test/schedule/days.test.ts', 'src/plan/ticks-due.test.ts', 'src/ports/conformance/ticks.ts'],
  },
  {
    what: 'A table that was lost and made again under its name is another one: who reads it, in any catalog, reads it from the start, and what was published to the former proves nothing.',
    by: 'Esteira, which gives each table that set-up makes a generation of its own',
    proof: ['test/run/made-anew.test.ts'],
  },
  {
    what: 'After `reprocess` a table, its invalid rows and all below it are as a build from nothing would leave them; a reader sees each as it was before or after.',
    by: 'Esteira, which takes everything out and builds it in one transaction, and finishes an interrupted rerun before its tables are read',
    proof: ['test/rerun/reprocess.test.ts', 'test/rerun/resume.test.ts', 'src/ports/conformance/warehouse/rerun.ts'],
  },
  {
    what: 'A row that a table has read is in one place: the table, its invalid rows, or neither because a newer row of its key is there; the ledger has a line for each move.',
    by: 'Esteira, inside the publishing transaction',
    proof: ['test/rerun/ledger.test.ts', 'test/rerun/credit.test.ts'],
  },
  {
    what: 'A backfill builds each of its dates once, in order where one may see what another writes; nothing else runs the job meanwhile.',
    by: 'Esteira: a record in the state, and leases that are held from the first date to the last (`RUN_IN_PROGRESS`)',
    proof: ['test/rerun/backfill.test.ts', 'src/ports/conformance/backfills.ts'],
  },
  {
    what: 'A run creates and alters nothing; no stored value is lost by a definition that changes, unless somebody asks for it by the name of the table.',
    by: 'Esteira (`SETUP_NEEDED`, `SETUP_CONFLICT`, `DESTROY_UNASKED`)',
    proof: ['test/errors/errors.test.ts', 'test/run/drift.test.ts', 'src/ports/conformance/warehouse/shapes.ts'],
  },
  {
    what: '`diff` finds every row that is not the same in both environments, and writes nothing of the other.',
    by: 'the engine, by key or by whole rows, on a copy that one statement makes',
    proof: ['src/ports/conformance/warehouse/comparing.ts', 'test/environments/diff.test.ts'],
  },
  {
    what: '`query` only reads, and only tables of the project.',
    by: 'Esteira, which looks through the parsed statement (`QUERY_NOT_READ_ONLY`)',
    proof: ['test/environments/query.test.ts'],
  },
  {
    what: 'Environments share no file (`ENVIRONMENTS_SHARE`), and a command in one touches none of another.',
    by: 'Esteira',
    proof: ['test/environments/environments.test.ts'],
  },
  {
    what: 'A value of `env(…)` that is secret by its name, or that a source’s reader uses, is in no output, log, state, plan or file.',
    by: 'Esteira, on every text that leaves the process',
    proof: ['test/environments/secrets.test.ts'],
  },
  {
    what: 'A backup has the state and the warehouse of one moment, and a restore is done whole or not at all.',
    by: 'Esteira, at whose gate commits wait while files are copied, and which notes a restore as decided before it swaps anything',
    proof: ['test/keeping/backup.test.ts', 'test/keeping/moves.test.ts'],
  },
  {
    what: 'A state or a warehouse that is older than the other loses no rows and doubles none, once `esteira doctor --reconcile` was given.',
    by: 'Esteira, which believes the publications; until then new runs are refused (`FENCED`)',
    proof: ['test/keeping/reconcile.test.ts'],
  },
  {
    what: '`latest` of a published model is a whole version, of the last move that the store was told, and never goes back; each move stands there once, as in the state.',
    by: 'Esteira, which seals each file and follows the state move by move (`PUBLISH_CONFLICT`); the store, by conditional puts, or by `link` and `rename` in a folder',
    proof: ['test/publish/folder.test.ts', 'test/publish/owed.test.ts', 'test/servers/s3/campaign.test.ts'],
  },
  {
    what: 'An endpoint looks up rows that one publication of a table left, all of them and no others; a request keeps those that it began with, and what is broken, older, or of other columns takes no place.',
    by: 'Esteira, which exports in one transaction of the engine, writes the file before what points to it, and puts that only in the place of what was looked at (`PUBLISH_CONFLICT`); the hash and the seal, by which readers know',
    proof: [
      'test/endpoint/tables/writing.test.ts',
      'test/endpoint/tables/kills.test.ts',
      'test/endpoint/tables/reading.test.ts',
      'src/ports/conformance/warehouse/exporting.ts',
    ],
  },
];

export const without: readonly string[] = [
  'Two catalogs are not published together: a step writes one catalog.',
  'A reference (`existsIn`) is judged when its row is; it is not judged again when the other table changes.',
  'An append whose rows have neither an origin nor an order knows rows that come again by what they say: where the query puts the run’s date or time into them, or where a table that was made again gets its rows back in more than one run, they are further rows.',
  'Rows that another program writes into the tables are not judged.',
  'What another program writes over `latest` of a model is found by its readers (the seal), and put right by the next run, `esteira publish` or start; not before.',
  'A secret of fewer than six characters is not taken out of texts: it would blank out ordinary words.',
];
