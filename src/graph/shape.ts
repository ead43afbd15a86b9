import { type Columns, keyOf, parseDuration } from '../columns/index.ts';
import {
  type AnyModel,
  type AnyRows,
  type AnySource,
  type AnyTable,
  type Check,
  type Definition,
  type Endpoint,
  isReference,
  isSetting,
  type Job,
  type Monitor,
  type Trigger,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { refuseApproval } from './approval.ts';
import { refuseAsOf } from './as-of.ts';
import { type AnySettings, misshapen } from './catalog.ts';
import { refuseCopy, refuseDelivery } from './delivery.ts';
import { refuseEndpoint } from './endpoints.ts';
import { refuseModel } from './models.ts';
import { refuseMonitor } from './monitors.ts';
import { refusePauses } from './pauses.ts';
import { refuseScheduleSetting } from './schedules.ts';

// What the types of the words hold is asked again here: a project runs without a type checker, too.

const kinds = [
  'text',
  'integer',
  'bigint',
  'real',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'duration',
  'list',
  'json',
];

/** Throws DEFINITION_INVALID for what cannot be, whatever the engine. */
export function refuseMisshapen(definition: Definition): void {
  if (typeof definition.name !== 'string') {
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `A ${definition.kind} has no name.`,
      got: typeof definition.name,
      allowed: 'a text, and no setting called kind, name, dependsOn, columns, recipe, reads, since, produces or rows',
      next: 'Give it a name; a setting of one of these names another one.',
    });
  }
  if (definition.kind === 'job') refuseJob(definition as Job);
  else if (definition.kind === 'table') refuseTable(definition as AnyTable);
  else if (definition.kind === 'monitor') {
    refuseMonitor(definition as Monitor);
    refuseLimit(definition, (definition as Monitor).expect);
  } else if (definition.kind === 'check') refuseLimit(definition, (definition as Check).limit);
  else if (definition.kind === 'source') refuseSource(definition as AnySource);
  else if (definition.kind === 'settings') refuseSettings(definition as AnySettings);
  else if (definition.kind === 'model') refuseModel(definition as AnyModel);
  else if (definition.kind === 'endpoint') {
    const { facts, log } = definition as Endpoint;
    for (const columns of [facts.request, facts.answer, log.columns]) refuseColumns(definition, columns);
    refuseEndpoint(definition as Endpoint);
  }
}

function refuseLimit(definition: Definition, { measure }: Monitor['expect']): void {
  if ('query' in measure) refuseAsOf(definition, measure.query);
}

/** Its name is typed by people, and is a DAG's on other schedulers. */
function refuseJob(job: Job): void {
  if (!/^[a-z0-9_][a-z0-9_.-]*$/i.test(job.name))
    throw misshapen(
      job,
      `"${job.name}" cannot be the name of a job.`,
      job.name,
      'letters a to z, digits, underscores, dots and dashes',
    );
  const strange = job.triggers.find((trigger) => !isTrigger(trigger));
  if (strange !== undefined)
    throw misshapen(
      job,
      `The job ${job.name} has a time that is none.`,
      triggerText(strange),
      'byHand alone, or one or more of cron(…), after(…) of a job, alerted(…) of a monitor, always',
    );
  for (const trigger of job.triggers) {
    if (trigger.on !== 'cron') continue;
    refuseMissed(job, trigger);
    if (isSetting(trigger.expression)) refuseScheduleSetting(job, trigger.expression, trigger.zone);
  }
  for (const [name, duration] of Object.entries(job.limits))
    if (!['run', 'step'].includes(name) || !parseDuration(String(duration)))
      throw misshapen(
        job,
        `The job ${job.name} has a limit that is none.`,
        `${name}: ${duration}`,
        "run and step: '2 hours'",
      );
  if (job.tell !== undefined && (typeof job.tell !== 'string' || job.tell === ''))
    throw misshapen(job, `The job ${job.name} tells what is no channel.`, String(job.tell), 'the name of a channel');
  if (job.tell !== undefined && job.triggers.some(({ on }) => on === 'always'))
    throw misshapen(
      job,
      `The job ${job.name} tells how its runs ended, and goes on without end.`,
      `tell: ${job.tell}`,
      'no `tell`: a monitor of failures(…) tells when it fails',
    );
  const isBuilt = (one: Definition | undefined): boolean => one?.kind === 'table' || one?.kind === 'source';
  refuseTraining(job);
  const wrong = job.build.find((one) => !isBuilt(one));
  refuseRollback(job);
  refusePauses(job);
  const isNothing = job.build.length + job.train.length + job.refine.length + job.rollback.length === 0;
  if (!isNothing && wrong === undefined) return;
  const got = isNothing ? 'nothing' : String((wrong as Definition | undefined)?.name ?? wrong);
  throw misshapen(
    job,
    `The job ${job.name} builds what is no table and no source.`,
    got,
    'tables, and sources that stream; models are named under train or refine',
  );
}

function refuseTraining(job: Job): void {
  const { train, refine } = job;
  const wrong = (what: string, one: AnyModel, allowed: string): EsteiraError =>
    misshapen(job, `The job ${job.name} ${what}.`, String(Object(one).name ?? one), allowed);
  for (const [verb, models] of Object.entries({ trains: train, refines: refine })) {
    const strange = models.find((one: Definition | undefined) => one?.kind !== 'model');
    if (strange !== undefined) throw wrong(`${verb} what is no model`, strange, 'models');
  }
  const rigid = refine.find(({ facts }) => !facts.learner.refines);
  if (rigid)
    throw wrong(
      `refines a model that is learned by ${rigid.facts.learner.learner}, which cannot go on from what it has learned`,
      rigid,
      'models of boostedTrees(…), regressionTrees(…), lambdaMart(…); another is named under train',
    );
  const whole = refine.find(({ facts: { holdOut } }) => holdOut && 'thenLearned' in holdOut && holdOut.thenLearned);
  if (whole)
    throw wrong(
      'refines a model that learns what it was judged by: what goes on from it could be judged by none of these days',
      whole,
      'a model without thenLearned; or this one under train',
    );
  const both = refine.find((one) => train.includes(one));
  if (both) throw wrong('trains and refines one model', both, 'each model under train or under refine');
}

/** A champion is taken back because an alert says so: whoever wants it otherwise gives the command. */
function refuseRollback(job: Job): void {
  const { rollback, triggers } = job;
  const refuse = (what: string, got: unknown, allowed: string): EsteiraError =>
    misshapen(job, `The job ${job.name} ${what}.`, String(got), allowed);
  for (const { model, frozen } of rollback) {
    if (model?.kind !== 'model') throw refuse('rolls back what is no model', Object(model).name ?? model, 'models');
    const { unit, count = 0 } = parseDuration(String(frozen ?? '1 day')) ?? {};
    if (unit !== 'day' || !Number.isInteger(count) || count < 1)
      throw refuse('freezes promotion for a time that is none', `frozen: ${frozen}`, "whole days: '3 days'");
  }
  const twice = rollback.find(({ model }, index) => rollback.findIndex((one) => one.model === model) < index);
  if (twice) throw refuse('rolls one model back twice', twice.model.name, 'each model once');
  const other = triggers.find(({ on }) => on !== 'alerted');
  if (rollback.length > 0 && (other || triggers.length === 0))
    throw refuse(
      'rolls back without an alert',
      other?.on ?? 'by hand',
      'when: alerted(…) alone; people say esteira models rollback',
    );
}

const triggerText = (strange: Trigger): string => {
  if ('manual' in Object(strange)) return 'byHand beside others';
  const { on, of } = Object(strange) as { readonly on?: unknown; readonly of?: Definition };
  return of ? `${on}(…) of ${of.kind} ${of.name}` : JSON.stringify(strange);
};
const isTrigger = (trigger: Trigger | undefined): boolean => {
  if (trigger?.on === 'after') return trigger.of?.kind === 'job';
  if (trigger?.on === 'alerted') return trigger.of?.kind === 'monitor';
  return trigger?.on === 'cron' || trigger?.on === 'always';
};

function refuseMissed(job: Job, { missed = 'skip', limit = 1 }: Extract<Trigger, { on: 'cron' }>): void {
  const what = `The job ${job.name} cannot treat missed times that way.`;
  const ways = ['run each', 'run once', 'skip'];
  if (!ways.includes(missed)) throw misshapen(job, what, `missed: ${missed}`, ways.join(', '));
  if (!Number.isSafeInteger(limit) || limit < 1) throw misshapen(job, what, `limit: ${limit}`, 'a whole number from 1');
}

/** Every name that a table says of itself is one of its columns, and every word one that the planner knows. */
function refuseTable(table: AnyTable): void {
  const { columns, spec, name } = table;
  refuseColumns(table, columns);
  refuseDelivery(table);
  refuseCopy(table);
  refuseApproval(table);
  const ways = ['replace', 'append', 'merge', 'view'];
  const words = ['merge deleting', 'append changes', 'replace each', 'history'];
  const way = typeof spec.write === 'object' ? spec.write.way : spec.write;
  if (!ways.includes(way) && !words.includes(way))
    throw misshapen(
      table,
      `${name} cannot be written that way.`,
      String(way),
      `${ways.join(', ')}, mergeDeleting(…), appendChanges(…), replaceEach(…), history(…)`,
    );
  if (spec.invalid !== 'fail' && spec.invalid !== 'set aside')
    throw misshapen(table, `${name} cannot treat invalid rows that way.`, String(spec.invalid), "'fail', 'set aside'");
  for (const column of spec.duplicates?.by ?? []) refuseUnknown(table, column, spec.given);
  refuseWay(table);
  for (const rule of Object.values(spec.rules)) {
    if (!isReference(rule)) continue;
    refuseUnknown(table, rule.column, spec.given);
    refuseUnknown(table, rule.other, (rule.of as AnyTable | undefined)?.columns, rule.of?.name);
  }
  refuseRecipe(table, spec.rows);
  for (const rows of [spec.rows, ...Object.values(spec.rules)]) if (!isReference(rows)) refuseAsOf(table, rows);
}

/** What a way of writing names is there, and of the kind that it needs; what a history adds has names of its own. */
function refuseWay(table: AnyTable): void {
  const { name, spec } = table;
  const { write, given } = spec;
  if (typeof write !== 'object') return;
  const needs = (word: string, column: string, kinds: readonly string[]): void => {
    refuseUnknown(table, column, given);
    const { kind } = (given[column] as Columns[string]).facts;
    const what = `${word} needs a column of kind ${kinds.join(' or ')}.`;
    if (!kinds.includes(kind)) throw misshapen(table, what, kind, kinds.join(', '));
  };
  if (write.way === 'replace each') refuseUnknown(table, write.column, given);
  if (write.way === 'merge deleting') needs(`mergeDeleting('${write.deleted}')`, write.deleted, ['boolean']);
  if (write.way !== 'history' && write.way !== 'append changes') return;
  const word = write.way === 'history' ? 'history' : 'appendChanges';
  needs(`${word}({ at: '${write.at}' })`, write.at, ['date', 'timestamp']);
  if (write.deleted !== undefined) needs(`${word}({ deleted: '${write.deleted}' })`, write.deleted, ['boolean']);
  if (write.way !== 'history') return;
  // Names that differ in case only are refused with those of all columns.
  const twice = [write.from, write.until].find((column) => Object.hasOwn(given, column) || write.from === write.until);
  if (twice !== undefined)
    throw misshapen(table, `${name} has two columns ${twice}.`, twice, 'names for from and until that no column has');
}

/** What a query reads since when; and that an engine has a query of its own, or there is another. */
function refuseRecipe(table: AnyTable, { recipe }: AnyRows): void {
  if (recipe.by === 'engine' && !recipe.queries['otherwise'])
    throw misshapen(
      table,
      `The query of ${table.name} leaves out an engine.`,
      Object.keys(recipe.queries).join(', '),
      'perEngine({ …, otherwise: sql`…` })',
    );
  if (recipe.by === 'engine') for (const query of Object.values(recipe.queries)) refuseRecipe(table, query);
  if (recipe.by === 'map') refuseRecipe(table, recipe.input);
  if (recipe.by === 'sql') for (const mention of recipe.mentions) if (isRows(mention)) refuseRecipe(table, mention);
  if (recipe.by !== 'since') return;
  refuseUnknown(table, recipe.column, recipe.of.columns);
  const { lookback } = recipe;
  if (lookback === undefined) return;
  if (parseDuration(lookback) === undefined)
    throw misshapen(
      table,
      `A lookback of ${table.name} is no duration.`,
      String(lookback),
      "such as '3 days', '12 hours'",
    );
  const { kind } = recipe.of.columns[recipe.column].facts;
  if (kind !== 'date' && kind !== 'timestamp')
    throw misshapen(
      table,
      `A lookback of ${table.name} needs a column of days or instants.`,
      `${recipe.column} is ${kind}`,
      'date, timestamp',
    );
}
const isRows = (mention: unknown): mention is AnyRows =>
  typeof mention === 'object' && mention !== null && 'recipe' in mention;

function refuseSource(source: AnySource): void {
  refuseColumns(source, source.columns);
  const { day, hourly, columns } = source;
  if (day === undefined) return;
  refuseUnknown(source, day, columns);
  const { kind } = (columns[day] as Columns[string]).facts;
  if (hourly && kind !== 'timestamp')
    throw misshapen(
      source,
      `Nothing says of which hour a row of ${source.name} is.`,
      `${day} is ${kind}`,
      'a timestamp',
    );
}

/** Each row of a settings table is found by its key. */
function refuseSettings(settings: AnySettings): void {
  const { columns, rows, name } = settings;
  refuseColumns(settings, columns);
  const keys = keyOf(columns);
  if (settings.single) return;
  if (keys.length === 0)
    throw misshapen(settings, `Nothing says which row of ${name} is meant.`, 'no key', 'a column with .key()');
  const texts = rows.map((row: Readonly<Record<string, unknown>>) => keys.map((key) => String(row[key])).join(', '));
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined)
    throw misshapen(settings, `Two rows of ${name} have one key.`, twice, 'one row for each key');
}

/** `col.…` gives every column; whatever else stands there came by without a type checker. */
function refuseColumns(definition: Definition, columns: Columns): void {
  const all = Object.entries<Columns[string] | undefined>(columns ?? {});
  if (all.length === 0) throw misshapen(definition, `${definition.name} has no columns.`, 'none', 'one column or more');
  const seen = new Set<string>();
  for (const [name, column] of all) {
    if (!kinds.includes(column?.facts?.kind ?? ''))
      throw misshapen(
        definition,
        `The column ${name} of ${definition.name} is none.`,
        String(column),
        `col.${kinds.join('(), col.')}()`,
      );
    // Engines do not tell case apart.
    if (seen.has(name.toLowerCase()))
      throw misshapen(
        definition,
        `${definition.name} has two columns ${name.toLowerCase()}.`,
        name,
        'names that differ in more than case',
      );
    seen.add(name.toLowerCase());
  }
}

/** A name of a column, wherever a definition says one as a text. */
function refuseUnknown(
  definition: Definition,
  column: string,
  columns: Columns | undefined,
  of = definition.name,
): void {
  if (columns && Object.hasOwn(columns, column)) return;
  const what = `${definition.name} names a column that ${of} does not have.`;
  throw misshapen(definition, what, String(column), Object.keys(columns ?? {}).join(', ') || 'a column of a table');
}
