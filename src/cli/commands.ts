import { ofApprovals } from './entries/approvals.ts';
import {
  anyway,
  argument,
  type CommandEntry,
  date,
  dateOrHour,
  limit,
  type OptionEntry,
  progress,
  select,
} from './entries/entry.ts';
import { keeping } from './entries/keeping.ts';
import { ofModels } from './entries/models.ts';
import { watching } from './entries/watching.ts';

export type { CommandEntry, OptionEntry } from './entries/entry.ts';

/** For every command. */
export const everywhere: Readonly<Record<string, OptionEntry>> = Object.freeze({
  env: { takes: 'text', value: '<name>', about: 'An environment of the configuration.' },
  project: { takes: 'text', value: '<folder>', about: 'By default the nearest project above.' },
  json: { takes: 'nothing', about: 'One JSON document on standard output, errors too.' },
  'no-color': { takes: 'nothing', about: 'No colours; the variable NO_COLOR does the same.' },
  help: { takes: 'nothing', short: 'h', about: 'This help, or with a command its own.' },
  version: { takes: 'nothing', short: 'v', about: 'The version of Esteira.' },
});

export const exits: readonly (readonly [code: number, means: string])[] = [
  [0, 'done'],
  [1, 'the work failed'],
  [2, 'what was asked or written is wrong'],
  [3, 'something must be set up first'],
  [4, 'someone else is at it; the same command may succeed later'],
  [130, 'Ctrl-C twice: ended at once, the next run goes on'],
];

export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    about: 'Write a small project that runs.',
    more: 'Nothing is overwritten: package.json is added to, and a file that is in the way is named.',
    arguments: [argument('folder', true, 'Where to write it; made when it is not there.')],
    options: {},
    examples: [
      { line: 'esteira init shop', about: 'a project in the folder shop' },
      { line: 'esteira init .', about: 'a project here' },
    ],
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'setup',
    about: 'Create the tables and columns that are missing.',
    more: 'Schemas and views too; a column gets another type where no value is lost by it. It may be run again, in any order. Nothing is destroyed but what --destroy names: columns that are declared no more, values that a narrower kind cannot hold, tables that have no definition any more. A run creates nothing by itself.',
    arguments: [argument('target', false, 'A table, or a layer such as silver; by default everything.')],
    options: {
      destroy: {
        takes: 'list',
        value: '<table>',
        about: 'A table that may lose what its definition has no place for, or that has none. May be repeated.',
      },
    },
    examples: [
      { line: 'esteira setup', about: 'everything that is missing' },
      { line: 'esteira setup silver', about: 'one layer' },
      { line: 'esteira setup silver.tb_chamado', about: 'one table' },
      { line: 'esteira setup --destroy silver.tb_antiga', about: 'what esteira plan says is left behind' },
    ],
    load: async () => (await import('./commands/setup.ts')).setup,
  },
  {
    name: 'plan',
    about: 'The steps that a run would take, and why.',
    more: 'Without --date, of the day that is due. Says also what each definition that has changed means for the rows that are there, and which tables no definition names any more. Runs nothing.',
    arguments: [argument('job', false, 'A job; may be left out where there is only one.')],
    options: { date: dateOrHour, select, again: { takes: 'nothing', about: 'As `esteira run --again` would.' } },
    examples: [
      { line: 'esteira plan v_credit_diario', about: 'the steps of the job' },
      { line: 'esteira plan v_credit_diario --date 2028-02-29', about: 'of that day' },
      { line: 'esteira plan v_credit_diario --select +gold.ft_custo_operacional', about: 'a fact and all above it' },
    ],
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'run',
    about: 'Run a job for a day.',
    more: 'Of a job with a schedule, and where --date names it, a day that has succeeded is said to be done and left alone, unless --again. A run that failed or was interrupted goes on where it stood, with the rows that it has read. What it needs of other systems is looked at before, and not again for an hour: one that would fail is not begun (RUN_NOT_READY). Ctrl-C stops after the step at hand was rolled back.',
    arguments: [argument('job', true, 'A job.')],
    options: {
      date: dateOrHour,
      param: { takes: 'pairs', value: '<name=value>', about: 'A parameter of the run. May be repeated.' },
      again: {
        takes: 'nothing',
        about: 'Begin anew: a day that has succeeded, or one that failed, with new rows.',
      },
      select,
      anyway,
      progress,
    },
    examples: [
      { line: 'esteira run v_credit_diario', about: 'the day that is due' },
      { line: 'esteira run v_credit_diario --date 2028-02-29 --again', about: 'a day once more' },
      { line: 'esteira run eventos_por_hora --date 2028-02-29T05', about: 'from 05:00 until 06:00' },
      { line: 'esteira run v_credit_diario --select silver.tb_chamado+', about: 'a table and all below it' },
      { line: 'esteira run v_credit_diario --json --progress', about: 'for another program' },
    ],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'resume',
    about: 'Go on with an unfinished run.',
    more: 'At its first step that is not published, with the rows that it began with. What is published stays as it is; where a definition has changed since, what is left is done as it is defined now, and that is said.',
    arguments: [argument('run', false, 'The id of a run or its beginning; by default the newest that is unfinished.')],
    options: {
      'as-was': { takes: 'nothing', about: 'Refuse when a definition has changed since the run began.' },
      anyway,
      progress,
    },
    examples: [
      { line: 'esteira resume', about: 'the newest unfinished run' },
      { line: 'esteira resume 01KABC --as-was', about: 'one run, only if nothing was changed' },
    ],
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  {
    name: 'backfill',
    about: 'Build the dates of a job that are not built.',
    more: 'What is asked for is kept: the same words, or --resume, go on with the dates that are left, also after the machine went down. Dates that have succeeded are left alone, one that failed goes on where it stood. Nothing else runs the job, or writes its tables, meanwhile. As soon as one date may see what another writes, dates go one at a time, the oldest first.',
    arguments: [argument('job', true, 'A job.')],
    options: {
      from: { takes: 'date', value: '<date>', about: 'The first day, YYYY-MM-DD.' },
      to: { takes: 'date', value: '<date>', about: 'The last day, YYYY-MM-DD.' },
      parallel: { takes: 'count', value: '<number>', about: 'So many dates side by side, where it may be.' },
      resume: { takes: 'nothing', about: 'Go on with the newest of the job that is not done.' },
      'dry-run': { takes: 'nothing', about: 'Say which dates are built, and which would be.' },
      anyway,
      progress,
    },
    examples: [
      { line: 'esteira backfill v_credit_diario --from 2026-09-01 --to 2026-09-30 --dry-run', about: 'what is left' },
      { line: 'esteira backfill v_credit_diario --from 2026-09-01 --to 2026-09-30', about: 'a month' },
      { line: 'esteira backfill v_credit_diario --resume', about: 'after it was stopped' },
    ],
    load: async () => (await import('./commands/backfill.ts')).backfill,
  },
  {
    name: 'reprocess',
    about: 'Build tables again, from what bronze has.',
    more: 'Everything below what is named is built again too, whatever was read before: a new column is filled, rows that are invalid by the rules of today are set aside, rows that are gone above leave. Each table is swapped in one transaction. With --invalid only the rows that were set aside are judged again; those now valid move. A table that adds rows of each day is built for the days from --from to --to, by its tables as they are now. Tables whose rows cannot be had once more are named and left.',
    arguments: [argument('what', false, 'A table, a layer such as silver, or all; with --invalid all by default.')],
    options: {
      invalid: { takes: 'nothing', about: 'Judge the rows that were set aside again.' },
      from: { takes: 'date', value: '<date>', about: 'The first day, for tables whose rows are of single days.' },
      to: { takes: 'date', value: '<date>', about: 'The last day.' },
      'dry-run': { takes: 'nothing', about: 'Say what would be done.' },
      anyway,
      progress,
    },
    examples: [
      { line: 'esteira reprocess silver.tb_chamado --dry-run', about: 'what would be built again' },
      { line: 'esteira reprocess silver', about: 'a layer and all below it' },
      { line: 'esteira reprocess --invalid', about: 'after late parents, or a rule that was mended' },
    ],
    load: async () => (await import('./commands/reprocess.ts')).reprocess,
  },
  {
    name: 'reset',
    about: 'Drop the tables of a layer, or of all.',
    more: 'Says first what would go, and asks for the name: of the layer, or with --all of the project. What streams have brought stays, unless --landing is said; settings stay. May be given again. Then `esteira setup` and a run build everything anew.',
    arguments: [],
    options: {
      layer: { takes: 'text', value: '<layer>', about: 'One layer.' },
      all: { takes: 'nothing', about: 'Every layer.' },
      landing: { takes: 'nothing', about: 'What streams have brought, too.' },
      yes: { takes: 'text', value: '<name>', about: 'The name, for scripts: nobody is asked.' },
    },
    examples: [
      { line: 'esteira reset --layer gold', about: 'says what would go, and asks' },
      { line: 'esteira reset --all --yes shop', about: 'in a script' },
    ],
    load: async () => (await import('./commands/reset.ts')).reset,
  },
  {
    name: 'cancel',
    about: 'Stop a run, whoever carries it out.',
    more: 'The step at hand is rolled back, what is published stays, and it says what is left and what goes on with it. With its state in Postgres the run may be of another machine. A backfill is stopped with the date that it builds; a run that was interrupted does not go on by itself any more; due times of a job that wait for their turn are not run.',
    arguments: [
      argument('run', false, 'The id of a run or its beginning, or a job; by default the only run that goes on.'),
    ],
    options: {},
    examples: [
      { line: 'esteira cancel', about: 'what goes on' },
      { line: 'esteira cancel v_credit_diario', about: 'the run of a job, or what waits of it' },
    ],
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'sync',
    about: 'Bring in what streams hold, up to now.',
    more: 'What `always` jobs name. In an environment with stand-ins these are read. What the process that has the project follows already is waited for until it has come to now.',
    arguments: [argument('job', false, 'One `always` job; by default all of them.')],
    options: {
      once: { takes: 'nothing', about: 'Up to now, then end. Must be given.' },
      snapshot: { takes: 'nothing', about: 'Of changes: every table is read whole again.' },
      drop: { takes: 'nothing', about: 'Of changes: give up the place of the job in its database.' },
      progress,
    },
    examples: [
      { line: 'esteira sync --once', about: 'every stream' },
      { line: 'esteira sync --once v_credit_sincronizacao', about: 'what one job brings in' },
      { line: 'esteira sync --drop v_credit_sincronizacao', about: 'its database keeps nothing for it any more' },
    ],
    load: async () => (await import('./commands/sync.ts')).sync,
  },
  ...keeping,
  {
    name: 'check',
    about: 'Is everything that is written right?',
    more: 'Loads every definition and has the engine describe every query and condition, over empty tables. Runs nothing.',
    arguments: [],
    options: {},
    examples: [
      { line: 'esteira check', about: 'is everything that is written right?' },
      { line: 'esteira check --env production --json', about: 'the same, before a release' },
    ],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'compile',
    about: 'The SQL of tables and views.',
    arguments: [{ ...argument('name', false, 'Tables or patterns; by default all.'), many: true }],
    options: {},
    examples: [
      { line: 'esteira compile silver.tb_chamado', about: 'one query' },
      { line: "esteira compile 'gold.*' > gold.sql", about: 'a layer, into a file' },
    ],
    load: async () => (await import('./commands/compile.ts')).compile,
  },
  {
    name: 'runs',
    about: 'Runs, newest first.',
    arguments: [argument('job', false, 'Only of this job.')],
    options: { limit: limit('At most so many; by default 20.') },
    examples: [
      { line: 'esteira runs', about: 'of all jobs' },
      { line: 'esteira runs v_credit_diario --limit 5', about: 'the last five of one' },
    ],
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  {
    name: 'show',
    about: 'A table, source, job or run: how it stands.',
    arguments: [argument('name', true, 'A name, the id of a run or its beginning, or latest.')],
    options: {},
    examples: [
      { line: 'esteira show silver.tb_chamado', about: 'columns, rules, what it reads, its last account' },
      { line: 'esteira show silver.tb_chamado_invalidos', about: 'the newest invalid rows' },
      { line: 'esteira show latest', about: 'the steps of the newest run' },
    ],
    load: async () => (await import('./commands/show.ts')).show,
  },
  {
    name: 'lineage',
    about: 'What a table or column is made of and goes into.',
    more: 'Of a column: all columns that its value is computed from. What a query leaves open, and what a function makes, is said and not guessed.',
    arguments: [argument('name', true, 'A table, view or source, or one of its columns.')],
    options: {},
    examples: [
      { line: 'esteira lineage gold.ft_custo_operacional', about: 'a table' },
      { line: 'esteira lineage silver.tb_chamado.id_chamado', about: 'a column' },
    ],
    load: async () => (await import('./commands/lineage.ts')).lineage,
  },
  {
    name: 'write-back',
    about: 'What was written elsewhere of a table.',
    more: 'By run: batches, rows, how many were sent, said so already, or failed; and each row that is not there, with the reason.',
    arguments: [argument('table', true, 'A table with keptIn.')],
    options: {
      sql: {
        takes: 'nothing',
        about: 'Print the function by which rows are written there faster, to be carried out there once.',
      },
    },
    examples: [
      { line: 'esteira write-back users.lead_score', about: 'the last deliveries' },
      { line: 'esteira write-back users.lead_score --sql', about: 'for the SQL editor of Supabase' },
    ],
    load: async () => (await import('./commands/write-back.ts')).writeBack,
  },
  {
    name: 'logs',
    about: 'What a run said while it went.',
    arguments: [
      argument('run', true, 'The id of a run or its beginning, or latest.'),
      argument('step', false, 'Only of this step.'),
    ],
    options: {},
    examples: [{ line: 'esteira logs latest silver.tb_chamado', about: 'of one step of the newest run' }],
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'query',
    about: 'Ask the warehouse.',
    more: 'Only reads; is never refused because a run is going. On a terminal long texts are cut, in a pipe and with --json nothing is.',
    arguments: [argument('sql', true, 'One SELECT, in quotes.')],
    options: { limit: limit('At most so many rows; by default 100.') },
    examples: [
      { line: 'esteira query "select count(*) from silver.tb_chamado"', about: 'a number' },
      { line: 'esteira query "from gold.dm_canal" --limit 5 --json', about: 'rows, for another program' },
    ],
    load: async () => (await import('./commands/query.ts')).query,
  },
  {
    name: 'diff',
    about: 'A table beside the one of another environment.',
    more: 'Schema, counts, and rows by key: only here, only there, different; of a table without a key, whole rows. Of the other table a copy is made at one moment, and nothing else of it is touched. Exit code 0 when they are equal, 1 when they are not.',
    arguments: [argument('table', true, 'A table, view, or table of invalid rows.')],
    options: {
      against: { takes: 'text', value: '<environment>', about: 'The other environment. Must be given.' },
      samples: {
        takes: 'count',
        value: '<number>',
        about: 'Differences that are shown, at most so many; by default 100.',
      },
    },
    examples: [
      { line: 'esteira diff silver.tb_chamado --against prod', about: 'before a release' },
      { line: 'esteira diff gold.dm_canal --against prod --samples 5 --json', about: 'for another program' },
    ],
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    name: 'settings',
    about: 'The values that people may change.',
    arguments: [],
    options: {},
    examples: [{ line: 'esteira settings', about: 'all of them' }],
    load: async () => (await import('./commands/settings.ts')).settings,
  },
  {
    name: 'settings get',
    about: 'One of them, and what it may be.',
    arguments: [argument('name', true, 'A setting, as `esteira settings` names it.')],
    options: {},
    examples: [{ line: 'esteira settings get config.limites.invalidos', about: 'one value' }],
    load: async () => (await import('./commands/settings.ts')).settingsGet,
  },
  {
    name: 'settings history',
    about: 'Who has changed them, when, and why.',
    arguments: [argument('name', false, 'A setting, or the table of several.')],
    options: {},
    examples: [
      { line: 'esteira settings history', about: 'all changes, the newest first' },
      { line: 'esteira settings history config.limites.invalidos', about: 'of one' },
    ],
    load: async () => (await import('./commands/settings.ts')).settingsHistory,
  },
  {
    name: 'settings set',
    about: 'Change one; who, when and why are kept.',
    arguments: [argument('name', true, 'A setting.'), argument('value', true, 'Its new value.')],
    options: { reason: { takes: 'text', value: '<text>', about: 'Kept with the change.' } },
    examples: [
      {
        line: 'esteira settings set config.limites.invalidos 0.08 --reason "campaign in March"',
        about: 'from the next run on',
      },
    ],
    load: async () => (await import('./commands/settings.ts')).settingsSet,
  },
  {
    name: 'settings sql',
    about: 'Change some in SQL, judged at once.',
    arguments: [argument('sql', true, 'One UPDATE, INSERT or DELETE, in quotes; it sees settings only.')],
    options: { reason: { takes: 'text', value: '<text>', about: 'Kept with each change.' } },
    examples: [{ line: 'esteira settings sql "update config.niveis set ativo = true"', about: 'all rows at once' }],
    load: async () => (await import('./commands/settings.ts')).settingsSql,
  },
  ...ofModels,
  ...ofApprovals,
  ...watching,
  {
    name: 'checklist',
    about: 'Is the day of a pipeline good?',
    more: 'What brings in, the run, the rows that arrived, the invalid rows, the last tables, and every monitor and check that touches them, each with its figure and evidence; below them what a pipeline that trains by a schedule is for. Exit code 1 when one fails. Only looks.',
    arguments: [argument('pipeline', true, 'As esteira.config.ts calls it, or a job.')],
    options: {
      date: { ...date, about: 'The day that was processed, YYYY-MM-DD; by default that of the newest run.' },
      activation: {
        takes: 'nothing',
        about: 'What is looked at before a pipeline is left to itself; gate and rollback are tried on a copy.',
      },
    },
    examples: [
      { line: 'esteira checklist v_credit', about: 'the newest day' },
      { line: 'esteira checklist ranking --activation', about: 'may it run by itself?' },
      { line: 'esteira checklist v_credit --date 2028-02-29 --json', about: 'one day, for another program' },
    ],
    load: async () => (await import('./commands/checklist.ts')).checklist,
  },
  {
    name: 'diagnose',
    about: 'What is wrong, and why.',
    more: 'The most probable cause first. Of the newest run of each job and of the project itself, or of one run: what failed or did not arrive, which rule sets so many rows aside and since when, which join loses the rows. A cause is told with what it explains. Exit code 0 when nothing is wrong, 1 when something is. Only looks.',
    arguments: [argument('run', false, 'The id of a run or its beginning, latest, or a job; by default all jobs.')],
    options: {},
    examples: [
      { line: 'esteira diagnose', about: 'what is wrong this morning?' },
      { line: 'esteira diagnose latest', about: 'the newest run alone' },
      { line: 'esteira diagnose v_credit_diario --json', about: 'for another program' },
    ],
    load: async () => (await import('./commands/diagnose.ts')).diagnose,
  },
  {
    name: 'publish',
    about: 'Bring stores up to champions, and tables.',
    more: 'What `models` of the environment names: each version as a file of its own, and latest, a whole copy of the one in use; and the tables that endpoints look up, with the settings that they take. `esteira run` and `esteira start` do it by themselves; what could not be brought is owed, and tried again. Looks into every store, also where nothing is owed. Where a store knows moves of the champion that this state does not (PUBLISH_CONFLICT), or of a table a publication that the warehouse does not know, nothing is changed unless it is named with --take-over.',
    arguments: [],
    options: {
      'take-over': {
        takes: 'text',
        value: '<model|table>',
        about:
          'After a restore: the moves of a model in the store come into the history here, and the champion of here stays; rows of a table that an endpoint looks up take the place of those in the store.',
      },
    },
    examples: [
      { line: 'esteira publish', about: 'after a bucket was mended' },
      { line: 'esteira publish --take-over analytics.ltr', about: 'after an older backup was restored' },
    ],
    load: async () => (await import('./commands/publish.ts')).publish,
  },
  {
    name: 'gc',
    about: 'Remove what is older than it is kept.',
    more: 'Runs, log lines, due times, backfills, figures, alerts that have ended, receipts of rows written elsewhere, and counts of endpoints, as `keep` of the environment says; `esteira start` does the same once a day. What something may still need stays, however old: unfinished runs, the newest of each job, dates that are owed, and of each date that succeeded one line. Of the warehouse receipts alone are touched. May be stopped, and given again.',
    arguments: [],
    options: { 'dry-run': { takes: 'nothing', about: 'Say what would be removed.' } },
    examples: [
      { line: 'esteira gc --dry-run', about: 'what is old' },
      { line: 'esteira gc', about: 'remove it' },
    ],
    load: async () => (await import('./commands/gc.ts')).gc,
  },
  {
    name: 'backup',
    about: 'Copy state and warehouse as of one moment.',
    more: 'While runs go on: they wait for a moment when they publish. The folder must not be there; it gets its name when all is in it. Files that sources read are not part of it. A backup goes into any environment of the project, its state in SQLite or Postgres whichever it was.',
    arguments: [argument('folder', true, 'Where to write it.')],
    options: {},
    examples: [{ line: 'esteira backup ../backups/2026-09-14', about: 'a folder with a manifest' }],
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    about: 'Put a backup in the place of what is there.',
    more: 'Every file is compared with the manifest before anything is touched. Refused while a process has the project open. What is there is named, and replaced only when the name of the project is typed; it stays beside until all is in its place. One that was killed goes on when it is given again. With --only, or from another moment than the files of sources: esteira doctor afterwards.',
    arguments: [argument('folder', true, 'A folder that esteira backup has written.')],
    options: {
      only: { takes: 'text', value: '<part>', about: 'state, or warehouse.' },
      yes: { takes: 'text', value: '<name>', about: 'The name of the project, for scripts: nobody is asked.' },
    },
    examples: [
      { line: 'esteira restore ../backups/2026-09-14', about: 'says what it would replace, and asks' },
      { line: 'esteira restore ../backups/2026-09-14 --env dev --yes shop', about: 'into another environment' },
    ],
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  {
    name: 'doctor',
    about: 'Is everything there that a run needs?',
    more: 'Versions, each variable and who needs it, set-up, permission to create in each schema (tried, and taken back), state, clocks, owner, engine, schedules, channels, disks, sources and tables kept elsewhere with their keys, columns and types, what models need installed, replication and its lag, landing, files, those of champions too, people in each group. Also of a project that cannot be opened. Exit code 1 when something is not. Changes nothing. With --reconcile, after a state or a warehouse was lost or brought back from a copy, the state is brought to what the warehouse knows: numbers that were given are not given again, dates that are published are done, and what the warehouse does not have is to be done again, and named.',
    arguments: [],
    options: {
      reconcile: { takes: 'nothing', about: 'Bring the state to what the warehouse knows.' },
    },
    examples: [
      { line: 'esteira doctor', about: 'what is found, and what to do about it' },
      { line: 'esteira doctor --reconcile', about: 'after an older copy was brought back' },
    ],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
];
