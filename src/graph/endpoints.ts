import { type Columns, keyOf, parseDuration } from '../columns/index.ts';
import { type AnySource, type AnyTable, type Endpoint, type Way, wayOf } from '../define/index.ts';
import { misshapen } from './catalog.ts';
import { insideOf } from './models.ts';

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isSetting = (value: unknown): boolean => typeof value === 'object' && value !== null && 'setting' in value;
const isTime = (value: unknown): boolean => parseDuration(String(value)) !== undefined;
const isPath = (value: unknown): boolean => /^(\/[a-z0-9_.-]+)+$/i.test(String(value));

/** Throws DEFINITION_INVALID for what the types of `endpoint(…)` hold, and for names that it has itself. */
export function refuseEndpoint(endpoint: Endpoint): void {
  const { name, facts } = endpoint;
  const refuse = (isRight: boolean, what: string, got: unknown, allowed: string): void => {
    if (!isRight) throw misshapen(endpoint, what, got, allowed);
  };
  const about = `The endpoint ${name}`;
  refuse(
    /^[a-z][a-z0-9_]*$/i.test(name),
    `"${name}" cannot be the name of an endpoint.`,
    name,
    'letters a to z, digits and underscores: its metrics begin with it',
  );
  for (const [word, path] of Object.entries({ path: facts.path, 'reload.path': facts.reload.path }))
    refuse(isPath(path), `${about} cannot be found at its ${word}.`, path, "such as '/api/rank'");
  const own = [`/${name}/health`, '/health/live', '/health/ready', '/metrics', '/openapi.json', facts.reload.path];
  refuse(!own.includes(facts.path), `${about} has a path that it needs itself.`, facts.path, 'another path');
  refuse(facts.model?.kind === 'model', `${about} has no model.`, facts.model, 'a model');
  const { learner } = facts.model.facts;
  refuse(
    !learner.tablesOnly,
    `${about} has a model that predicts tables only.`,
    learner.learner,
    'a model of another learner, or an endpoint that looks rows of such a table up',
  );
  refuse(typeof facts.handle === 'function', `${about} does not say how it answers.`, facts.handle, 'a function');
  for (const [called, table] of Object.entries(facts.lookup)) {
    const isTable = table?.kind === 'table';
    refuse(isTable, `${about} looks up what is no table as ${called}.`, table?.name ?? table, 'a table with one key');
    const keys = keyOf(table.columns);
    refuse(
      keys.length === 1,
      `${about} looks rows of ${table.name} up by their key.`,
      keys.join(', ') || 'no key',
      'a table with one key',
    );
    refuseUnservable(endpoint, called, table);
  }
  for (const [word, count] of Object.entries(facts.limits))
    refuse(isCount(count), `${about} has a limit that is none.`, `${word}: ${count}`, 'a whole number from 1');
  for (const [word, share] of Object.entries({ sample: facts.sample, 'shadow.share': facts.shadow?.share ?? 0 }))
    refuse(isShare(share) || isSetting(share), `${about} takes a share that is none as ${word}.`, share, '0 to 1');
  for (const [word, time] of Object.entries({
    deadline: facts.deadline ?? '1 second',
    'reload.every': facts.reload.every,
  }))
    refuse(isTime(time) || isSetting(time), `${about} has a time that is none as ${word}.`, time, "such as '50 ms'");
  if (facts.deadline !== undefined)
    refuse(
      facts.fallback !== undefined,
      `${about} has a deadline, and no answer when it has passed.`,
      'no fallback',
      'fallback: a function',
    );
  if (facts.events)
    refuse(
      facts.events.to?.reader !== undefined && isWritable(facts.events.to.reader),
      `${about} sends events to what cannot be written.`,
      `${facts.events.to?.name}, ${facts.events.to?.reader?.by} ${facts.events.to?.reader?.options['pattern'] ?? ''}`.trim(),
      writable,
    );
}

/** Kinds of keys that two values of are equal where their texts are. */
const keyKinds = ['text', 'integer', 'bigint', 'decimal', 'boolean', 'date', 'timestamp', 'duration'];

/** What is looked up is exported after each publication of it, and found by its key: there is one row for each. */
function refuseUnservable(endpoint: Endpoint, called: string, table: AnyTable): void {
  const { write, duplicates, refusedBy } = table.spec;
  const [key = ''] = keyOf(table.columns);
  const refuse = (why: string, allowed: string): never => {
    throw misshapen(
      endpoint,
      `The endpoint ${endpoint.name} cannot look up in ${table.name}.`,
      `${called}: ${why}`,
      allowed,
    );
  };
  if (write === 'view')
    refuse('a view has no publications', "a table that is kept: write: 'replace' of the same query");
  if (insideOf(table)) refuse('it stands inside the versions of a model', 'a table that reads it');
  if (refusedBy) refuse('it has the rows that a table refused', 'a table of rows that hold');
  const isWay = (way: Way['way']): boolean => wayOf(table, way) !== undefined;
  if (isWay('history') || isWay('append changes') || (write === 'append' && !duplicates))
    refuse(
      'it keeps several rows of one key',
      "write: 'merge', 'replace', or an append with duplicates: keepLatest(…)",
    );
  const { kind } = (table.columns[key] as Columns[string]).facts;
  if (!keyKinds.includes(kind)) refuse(`its key ${key} is of the kind ${kind}`, keyKinds.join(', '));
}

/** Whether events can be sent to what this reads: a topic, or files of a day, of which each writer has some of its own. */
export const isWritable = ({ by, options, choices = [] }: AnySource['reader']): boolean => {
  const [first] = choices;
  if (by === 'first of') return first !== undefined && isWritable(first);
  return by === 'kafka' || (by === 'files' && perWriter.test(options['pattern'] ?? ''));
};
/** One star, in the name of the file; the date before it or in a folder. */
const perWriter = /^(?=.*\{date\})[^*]*\*[^*/]*\.(jsonl|ndjson|json)$/;
export const writable = 'kafka(…), or files(…) with the date and one star in the name: match_events/{date}*.jsonl';
