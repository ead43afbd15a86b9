import { judgements } from '../../columns/index.ts';
import { type AnyTable, isReference } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { invalidPlaceOf, placeOf, type StepModel } from '../../plan/index.ts';
import { driftTexts } from '../../ports/index.ts';
import { type SettingValues, settingsUsed } from '../../run/index.ts';
import { few } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import type { QueryView } from '../views.ts';
import { type Case, type Day, daysOf, driftSince, type Evidence, type Found } from './evidence.ts';
import { risen } from './unusual.ts';
import { share, valueText } from './words.ts';

type Table = Node<AnyTable>;

/** Tables of which more rows are set aside than before: by which rule, since when, and what else changed then. */
export async function manyInvalid(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const step of of.at.steps.keys()) {
    const model = evidence.modelOf(step);
    const table = model?.node.definition.kind === 'table' ? (model.node as Table) : undefined;
    if (model && table?.definition.spec.invalid === 'set aside') {
      const one = await invalidOf(model, table, of, evidence);
      if (one) found.push(one);
    }
  }
  return found;
}

interface Risen {
  readonly flag: string;
  readonly days: readonly Day[];
  readonly before: { readonly some: number; readonly of: number };
}

/** Of the flags that are false more often than before the one with most rows. */
function worst(days: readonly Day[]): Risen | undefined {
  const flags = Object.keys(days[0]?.flags ?? {});
  const all = flags.flatMap((flag) => {
    const change = risen(days.map((day) => ({ some: day.flags[flag] ?? 0, of: day.account.in })));
    return change ? [{ flag, days: days.slice(0, change.days), before: change.before }] : [];
  });
  return all.toSorted((one, other) => (other.days[0]?.flags[other.flag] ?? 0) - (one.days[0]?.flags[one.flag] ?? 0))[0];
}

async function invalidOf(model: StepModel, table: Table, of: Case, evidence: Evidence): Promise<Found | undefined> {
  const days = daysOf(table.id, of).filter(({ account }) => account.in > 0);
  const [today] = days;
  const rose = today?.date === of.at.run.date.toString() ? worst(days) : undefined;
  if (!rose || !today) return undefined;
  const { flag } = rose;
  const name = nameOf(table);
  const { account, flags } = today;
  const first = rose.days.at(-1) as Day;
  const since = rose.days.length > 1 ? `since ${first.date}` : `in the run of ${today.date}`;
  const was =
    rose.before.of > 0
      ? `; before it was ${count(rose.before.some)} of ${count(rose.before.of)} (${share(rose.before.some, rose.before.of)})`
      : '';
  const isAll = flags[flag] === account.invalid;
  const which = isAll ? 'all of them' : `${count(flags[flag] ?? 0)} of them`;
  const others = Object.entries(flags)
    .filter(([other]) => other !== flag)
    .toSorted(([, one], [, other]) => other - one);
  const looking: Looking = { model, table, flag, days: rose.days, first, of, evidence };
  const reference = referenceOf(looking);
  const partners = reference ? await missingPartners(looking, reference) : undefined;
  const coincides = [...drifted(looking), ...redefined(looking), ...reset(looking)];
  const at = new Set(reference ? [reference.of.id, ...evidence.above(reference.of)] : []);
  return {
    cause: 'invalid rows',
    node: table,
    // Rows without a parent come of the parent's table; a rule of the row itself is broken by the row.
    isEffect: reference !== undefined,
    of: at,
    weight: flags[flag] ?? 0,
    short: `${counted(account.invalid, 'row')} of ${name} are invalid (${flag})`,
    what: `${name}: ${count(account.invalid)} of ${counted(account.in, 'row')} (${share(account.invalid, account.in)}) are invalid; ${flag} is false in ${which}, ${since}${was}${coincides[0] ? `; ${coincides[0]}` : ''}`,
    evidence: [
      ...coincides.slice(1),
      ...(partners?.evidence ?? []),
      ...(await commonValues(looking)),
      ...(await byFile(looking)),
      ...(others.length > 0
        ? [
            `other rules: ${few(
              others.map(([other, rows]) => `${other} ${count(rows)}`),
              5,
            )}`,
          ]
        : []),
      `run ${first.runs.at(-1)?.runId} was the first${rose.days.length > 1 ? ` of ${rose.days.length} dates` : ''}`,
    ],
    ...(await tenRows(looking)),
    next: [
      `esteira show ${name}${evidence.project.graph.suffix}`,
      ...(partners?.next ?? nextOf(looking, coincides.length > 0)),
    ],
  };
}

interface Looking {
  readonly model: StepModel;
  readonly table: Table;
  readonly flag: string;
  /** The dates on which it is so, the newest first. */
  readonly days: readonly Day[];
  readonly first: Day;
  readonly of: Case;
  readonly evidence: Evidence;
}

const nextOf = ({ table }: Looking, isExplained: boolean): readonly string[] => [
  isExplained
    ? 'Mend what changed, or the rule, or have the rows mended where they come from.'
    : 'Have the rows mended where they come from, or the rule if it is too strict now.',
  `esteira reprocess ${nameOf(table)} --invalid`,
];

// ---- which rows ----
function whereOf({ days, flag, table, evidence }: Looking): { readonly place: string; readonly where: string } {
  const { dialect } = evidence.project.warehouse;
  const runs = days.flatMap((day) => day.runs.map(({ runId }) => runId));
  const place = dialect.place(invalidPlaceOf(table, evidence.project.graph.suffix));
  return { place, where: `run_id in ${dialect.literal(runs)} and ${dialect.identifier(flag)} = false` };
}

/** Columns that the rule is about. */
function columnsOf({ table, flag }: Looking): readonly string[] {
  const { spec, columns } = table.definition;
  const judged = judgements(spec.given).find((one) => one.flag === flag);
  if (judged) return [judged.column];
  const rule = spec.rules[flag];
  if (rule === undefined) return [];
  if (isReference(rule)) return [rule.column];
  const text = rule.recipe.by === 'sql' ? rule.recipe.parts.join(' ').toLowerCase() : '';
  return Object.keys(columns).filter((name) => new RegExp(`\\b${RegExp.escape(name.toLowerCase())}\\b`).test(text));
}

/** What could not be read as its kind is NULL in its column: the producer's own text is asked. */
function spelledValue(looking: Looking, column: string): string {
  const { model, evidence, flag } = looking;
  const { dialect } = evidence.project.warehouse;
  const isKind = judgements(looking.table.definition.spec.given).some(
    (one) => one.flag === flag && one.code === 'kind',
  );
  const own = dialect.identifier(column);
  if (!isKind) return own;
  const names = model.carried?.reads[column] ?? [];
  const name = names.length === 1 ? names[0] : column;
  return dialect.fragment('json_text', ['_original', `$."${name}"`]);
}

async function tenRows(looking: Looking): Promise<{ readonly rows?: QueryView }> {
  const { table, evidence } = looking;
  const { dialect } = evidence.project.warehouse;
  const { place, where } = whereOf(looking);
  const keys = Object.entries<AnyTable['columns'][string]>(table.definition.columns)
    .filter(([, column]) => column.facts.isKey)
    .map(([name]) => name);
  const names = [...new Set([...keys, ...columnsOf(looking)])].map(dialect.identifier);
  const sql = `select ${[...names, '_rid', '_original'].join(', ')} from ${place} where ${where} order by refused_at desc, _rid limit 10`;
  const rows = await evidence.ask(sql);
  return rows.rows.length > 0 ? { rows } : {};
}

async function commonValues(looking: Looking): Promise<readonly string[]> {
  const columns = columnsOf(looking);
  if (columns.length === 0 || columns.length > 3) return [];
  const { place, where } = whereOf(looking);
  const values = columns.map((column, index) => `cast(${spelledValue(looking, column)} as varchar) as v${index}`);
  const sql = `select ${values.join(', ')}, count(*) as n from ${place} where ${where} group by all order by n desc, 1 limit 4`;
  const { rows } = await looking.evidence.ask(sql, 4);
  const texts = rows.map(
    (row) =>
      `${row
        .slice(0, -1)
        .map((value) => valueText(value as string | null))
        .join(', ')} in ${count(Number(row.at(-1)))}`,
  );
  return texts.length > 0 ? [`${columns.join(', ')}: ${texts.join('; ')}`] : [];
}

/** A row that came from a file says which, and in what line. */
async function byFile(looking: Looking): Promise<readonly string[]> {
  const { place, where } = whereOf(looking);
  const { rows } = await looking.evidence.ask(
    `select _rid from ${place} where ${where} order by _rid limit 20000`,
    20_000,
  );
  const files = Map.groupBy(
    rows.flatMap(([rid]) => /^(.+\.\w+):\d{10}$/.exec(String(rid))?.[1] ?? []),
    (file) => file,
  );
  if (files.size === 0) return [];
  const counts = [...files].map(([file, of]) => ({ file, rows: of.length })).toSorted((a, b) => b.rows - a.rows);
  return [`from ${few(counts.map(({ file, rows: of }) => `${file} (${counted(of, 'row')})`))}`];
}

// ---- what else changed then ----
function drifted({ table, first, of, evidence }: Looking): readonly string[] {
  const cases = [of.at, ...of.former];
  const runs = new Set(first.runs.map(({ runId }) => runId));
  const since = first.runs.at(-1)?.createdAt;
  const above = evidence.above(table);
  // What a stream has met came in a run of its own, a little before.
  const own = [...driftSince(above, cases, runs), ...latestDrift(above, evidence)].filter(
    (one) => runs.has(one.run) || (since && isAbout(Temporal.Instant.from(one.since), since)),
  );
  const texts = driftTexts([...new Map(own.map((one) => [`${one.source} ${one.how} ${one.column}`, one])).values()]);
  return texts.map((text) => `since then the files are otherwise: ${text}`);
}
const latestDrift = (above: ReadonlySet<string>, { models, progress }: Evidence) =>
  [...models.values()].flatMap(({ node }) => {
    const drift = progress.latest(node)?.details.drift ?? [];
    return above.has(node.id) || drift.some(({ source }) => above.has(source)) ? drift : [];
  });
const isAbout = (one: Temporal.Instant, other: Temporal.Instant): boolean =>
  Math.abs(one.until(other).total('hours')) <= 24;

/** The day before those. */
function dayBefore({ days, of, table }: Looking): Day | undefined {
  return daysOf(table.id, of).filter(({ account }) => account.in > 0)[days.length];
}

function redefined(looking: Looking): readonly string[] {
  const before = dayBefore(looking)?.record.definition;
  const now = looking.first.record.definition;
  return before === undefined || before === now
    ? []
    : [`the definition of ${nameOf(looking.table)} is another one since then: esteira plan says what changed`];
}

function reset(looking: Looking): readonly string[] {
  const { model, first, evidence } = looking;
  const before = dayBefore(looking)?.runs[0]?.settings as SettingValues | undefined;
  const now = first.runs.at(-1)?.settings as SettingValues | undefined;
  if (!before || !now) return [];
  const changed = settingsUsed(model, evidence.project).filter((id) => before[id] !== now[id]);
  return changed.map(
    (id) => `the setting ${id.slice(id.indexOf('.') + 1)} is another one since then: ${before[id]} → ${now[id]}`,
  );
}

// ---- rows without a parent ----
interface Asked {
  readonly of: Table;
  readonly column: string;
  readonly other: string;
}
function referenceOf({ table, flag, evidence }: Looking): Asked | undefined {
  const rule = table.definition.spec.rules[flag];
  if (rule === undefined || !isReference(rule)) return undefined;
  return { of: evidence.project.graph.nodeOf(rule.of) as Table, column: rule.column, other: rule.other };
}

/** Whether the parents came and are invalid themselves, have come since, or never came. */
async function missingPartners(looking: Looking, { of, column, other }: Asked) {
  const { evidence, table } = looking;
  const { warehouse, graph } = evidence.project;
  const { dialect } = warehouse;
  const { place, where } = whereOf(looking);
  const [own, partner] = [column, other].map(dialect.identifier);
  const wanted = `(select distinct cast(${own} as varchar) as k from ${place} where ${where} and ${own} is not null)`;
  const among = (parent: string): string =>
    `(select count(*) from ${wanted} where k in (select cast(${partner} as varchar) from ${parent}))`;
  const setAside = of.definition.spec.invalid === 'set aside';
  const aside = setAside ? among(dialect.place(invalidPlaceOf(of, graph.suffix))) : '0';
  const { rows } = await evidence.ask(
    `select (select count(*) from ${wanted}), ${aside}, ${among(dialect.place(placeOf(of)))}, (select count(*) from ${dialect.place(placeOf(of))})`,
    1,
  );
  const [keys = 0, invalid = 0, there = 0, parents = 0] = (rows[0] ?? []).map(Number);
  const name = nameOf(of);
  const never = keys - invalid - there;
  return {
    evidence: [
      `${counted(keys, 'value')} of ${column} had no partner in ${name} (${counted(parents, 'row')}): ${[
        ...(invalid > 0 ? [`${count(invalid)} came and are invalid there`] : []),
        ...(there > 0 ? [`${count(there)} have come since`] : []),
        ...(never > 0 ? [`${count(never)} never came`] : []),
      ].join(', ')}`,
    ],
    next:
      there > 0
        ? [`esteira reprocess ${nameOf(table)} --invalid`]
        : [
            invalid > never
              ? `Mend the rows of ${name} first: esteira show ${name}${graph.suffix}`
              : `Bring the rows of ${name}.`,
            `esteira reprocess ${nameOf(table)} --invalid`,
          ],
  };
}
