import type { AnyTable } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import type { QueryPart, Stage } from '../../ports/index.ts';
import { askedBy, readSettings, type SettingValues } from '../../run/index.ts';
import { few } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { type Case, type Day, daysOf, type Evidence, type Found } from './evidence.ts';
import { median, share, valueText } from './words.ts';

/** Tables that are empty, or have far fewer or more rows than before, though what they read has not: the step of the query that does it. */
export async function lostRows(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [step, record] of of.at.steps) {
    const model = evidence.modelOf(step);
    if (model?.kind !== 'table' || record.state !== 'done') continue;
    const change = await changeOf(model, of, evidence);
    const one = change && (await explained(model, change, of, evidence));
    if (one) found.push(one);
  }
  return found;
}

interface Change {
  /** `stalled`: it is there, and what has come last is not in it. */
  readonly how: 'empty' | 'fewer' | 'more' | 'stalled';
  readonly now: number;
  readonly before: number;
  /** Of `stalled`: what has brought the rows, and how many. */
  readonly feeding?: { readonly node: Node; readonly rows: number };
}

/** A table that is made anew has so many rows less than before, or so many times as many: that is no usual day. */
const fewer = { little: 0.95, much: 0.2 } as const;
const more = 2;
const isSmall = 20;

async function changeOf(model: StepModel, of: Case, evidence: Evidence): Promise<Change | undefined> {
  const { definition } = model.node;
  // What reads a source is looked at where rows arrive.
  if (model.reads.length === 0 || model.reads.some(({ node }) => node.definition.kind === 'source')) return undefined;
  const days = daysOf(model.node.id, of);
  const [today, ...former] = days;
  if (today?.date !== of.at.run.date.toString()) return undefined;
  if ((definition as AnyTable).spec.write !== 'replace') {
    const read = await newRows(model, of, evidence);
    const usual = former.filter(({ account }) => account.in > 0).length;
    return today.account.in === 0 && read > 0 && usual > 0 ? { how: 'empty', now: 0, before: read } : undefined;
  }
  const now = today.record.account?.in ?? 0;
  const before = former
    .map(({ record }) => record.account?.in ?? 0)
    .filter((rows) => rows > 0)
    .slice(0, 5);
  const [last = 0] = before;
  // Nothing that it reads had changed, or it is empty.
  if (now === 0) {
    const { dialect } = evidence.project.warehouse;
    const rows = await evidence.number(`select count(*) from ${dialect.place(placeOf(model.node))}`);
    return rows > 0 ? undefined : { how: 'empty', now: 0, before: median(before) };
  }
  if (last >= isSmall && now < last * fewer.little) return { how: 'fewer', now, before: last };
  if (last >= isSmall && now > last * more && former.length >= 3) return { how: 'more', now, before: last };
  return stalled(model, of);
}

/** Growing by less than this part of what is usual for so many rows is too little growth; by less than half of it, whatever step loses them. */
const growsLess = 0.85;
const standsStill = 0.5;

/** A table that is made anew, and that each date made greater by so many rows for each that came in above: today by far fewer. */
function stalled({ node, reads }: StepModel, of: Case): Change | undefined {
  const own = daysOf(node.id, of);
  const fed = reads.map((read) => ({ node: read.node, days: daysOf(read.node.id, of) }));
  const rows = own.map(({ date, record }) => {
    const all = fed.map(({ node: read, days }) => ({ node: read, rows: newIn(days.find((day) => day.date === date)) }));
    return { into: record.account?.in ?? 0, feeding: all.toSorted((one, other) => other.rows - one.rows)[0] };
  });
  const grown = rows
    .slice(0, -1)
    .flatMap(({ into, feeding }, index) => (feeding ? [{ by: into - (rows[index + 1]?.into ?? 0), feeding }] : []));
  const [now, ...before] = grown;
  const usual = before.filter(({ by, feeding }) => by > 0 && feeding.rows > 0);
  if (!now || now.feeding.rows < isSmall || usual.length < 3 || usual.length < before.length * 0.8) return undefined;
  const expected = Math.round(now.feeding.rows * median(usual.map(({ by, feeding }) => by / feeding.rows)));
  const isLess = now.by < expected * growsLess && expected - now.by >= isSmall;
  return isLess ? { how: 'stalled', now: now.by, before: expected, feeding: now.feeding } : undefined;
}
const newIn = (day: Day | undefined): number => day?.account.inserted ?? 0;

/** Rows of what it reads as new that this run has read. */
async function newRows({ node, reads }: StepModel, of: Case, evidence: Evidence): Promise<number> {
  const { dialect } = evidence.project.warehouse;
  const bounds = of.at.steps.get(node.id)?.bounds ?? [];
  let rows = 0;
  for (const read of reads.filter(({ how }) => how === 'new')) {
    const { lower = 0n, upper = 0n } = bounds.find(({ source }) => source === read.node.id) ?? {};
    if (upper <= lower) continue;
    rows += await evidence.number(
      `select count(*) from ${dialect.place(placeOf(read.node))} where _seq > ${lower} and _seq <= ${upper}`,
    );
  }
  return rows;
}

async function explained(model: StepModel, change: Change, of: Case, evidence: Evidence): Promise<Found | undefined> {
  const { how, now, before } = change;
  const name = nameOf(model.node);
  const losing = await losingStep(model.node, of, evidence, {
    how: how === 'more' ? 'more' : 'fewer',
    ...(change.feeding ? { onlyNewOf: change.feeding.node } : {}),
  });
  // Fewer rows of a window of days are its nature; of a join they are none.
  const isJoin = losing?.stage.step === 'join';
  const isEnough =
    how === 'empty' ||
    (now < before * fewer.much && losing !== undefined) ||
    (how === 'stalled' && losing !== undefined && lossOf(losing.stage) >= losing.stage.before * standsStill) ||
    (isJoin && isWhole(losing.stage, change));
  if (!isEnough) return undefined;
  if (how === 'empty' && losing === undefined && before === 0) return undefined;
  const figures = figuresOf(name, change, of);
  const blamed = losing?.relation;
  return {
    cause: how === 'more' ? 'more rows' : 'lost rows',
    node: model.node,
    isEffect: true,
    // What feeds the step that loses them may be the reason, and nothing beside it.
    ...(blamed ? { of: new Set([blamed.id, ...evidence.above(blamed)]) } : {}),
    weight: Math.abs(before - now),
    short: `${figures}${isJoin ? ` (${losing.stage.text})` : ''}`,
    what: `${figures}: ${losing?.what ?? 'the tables that it reads have no rows'}`,
    evidence: [
      ...(how === 'empty' && before > 0 ? [`it had about ${count(Math.round(before))} rows before`] : []),
      ...(losing?.evidence ?? []),
    ],
    next: [
      ...(losing?.next ?? [`esteira lineage ${name}`]),
      ...(blamed ? [`esteira show ${nameOf(blamed)}`] : []),
      `esteira compile ${name}`,
    ],
  };
}

function figuresOf(name: string, { how, now, before, feeding }: Change, { at }: Case): string {
  if (how === 'empty') return `${name} is empty`;
  if (!feeding) return `${name} has ${count(now)} rows, where it had ${count(before)}`;
  const got = now > 0 ? `only ${count(now)} more` : 'no more';
  return `${name} has ${got} rows of the ${count(feeding.rows)} that came to ${nameOf(feeding.node)} on ${at.run.date}, where about ${count(before)} are usual`;
}

/** The loss, or gain, is that of the join and not of anything else. */
const isWhole = ({ alone = 0, before, after }: Stage, { how, now, before: was }: Change): boolean =>
  how === 'more' ? after > before * 1.5 : alone >= (was - now) / 2;

export interface Losing {
  readonly stage: Stage;
  /** What the join brings, where it loses rows for want of partners; of a table that is empty that one. */
  readonly relation?: Node;
  readonly what: string;
  readonly evidence: readonly string[];
  readonly next: readonly string[];
}

/** Takes the query of a table apart, and names the step that loses its rows, or makes more of them. */
export async function losingStep(
  node: Node,
  of: Case,
  evidence: Evidence,
  { how, onlyNewOf }: { readonly how: 'fewer' | 'more'; readonly onlyNewOf?: Node },
): Promise<Losing | undefined> {
  const { project, context } = evidence;
  const model = evidence.modelOf(node.id);
  if (!model) return undefined;
  const { run, steps } = of.at;
  const settings = { ...(await readSettings(project)), ...(run.settings as SettingValues) };
  const query = askedBy(model, {
    project,
    values: { runId: run.runId, date: run.date, logicalTime: run.logicalTime, settings },
    bounds: steps.get(node.id)?.bounds ?? [],
    ...(onlyNewOf
      ? { only: { of: onlyNewOf, runs: daysOf(onlyNewOf.id, of)[0]?.runs.map(({ runSeq }) => runSeq) ?? [] } }
      : {}),
  });
  if (query === undefined) return undefined;
  const parts = await project.warehouse.dissect(query, context.signal);
  const main = parts.at(-1);
  const found = main && (how === 'fewer' ? fewerIn(main, parts) : moreIn(parts));
  return found && said(found.stage, found.part, evidence);
}

interface At {
  readonly part: QueryPart;
  readonly stage: Stage;
}

/** From the end of the query back to where its rows are lost: a part that is empty has lost them itself. */
function fewerIn(part: QueryPart, parts: readonly QueryPart[]): At | undefined {
  const emptied = part.stages.find(({ after }) => after === 0);
  const stage = emptied ?? part.stages.filter(isLoss).toSorted((one, other) => lossOf(other) - lossOf(one))[0];
  if (stage?.relation !== undefined && (stage.own === 0 || !isLoss(stage))) {
    const inner = parts.find(({ name }) => name !== '' && name.toLowerCase() === stage.relation?.toLowerCase());
    if (inner && inner !== part) return fewerIn(inner, parts) ?? { part, stage };
  }
  if (stage) return { part, stage };
  // Nothing is lost here: maybe in what it is made of.
  const inner = part.stages.flatMap(({ relation }) => parts.filter(({ name }) => name !== '' && name === relation));
  for (const one of inner.filter((other) => other !== part)) {
    const at = fewerIn(one, parts);
    if (at) return at;
  }
  return undefined;
}
const lossOf = ({ alone, before, after }: Stage): number => alone ?? before - after;
/** Less than this is what conditions are for. */
const isLoss = (stage: Stage): boolean =>
  !['group', 'rest'].includes(stage.step) &&
  stage.before > 0 &&
  lossOf(stage) >= stage.before * 0.05 &&
  lossOf(stage) > 0;

/** The join that makes most rows of one. */
function moreIn(parts: readonly QueryPart[]): At | undefined {
  const all = parts.flatMap((part) => part.stages.map((stage) => ({ part, stage })));
  const joins = all.filter(({ stage }) => stage.step === 'join' && stage.after > stage.before && stage.repeated);
  return joins.toSorted((one, other) => gain(other.stage) - gain(one.stage))[0];
}
const gain = ({ before, after }: Stage): number => after / Math.max(1, before);

function said(stage: Stage, part: QueryPart, { project }: Evidence): Losing {
  const { nodes } = project.graph;
  const relation = stage.relation === undefined ? undefined : nodes.get(stage.relation.replaceAll('"', ''));
  const where = part.name === '' ? '' : `in ${part.name}, `;
  const base = { stage, ...(relation ? { relation } : {}) };
  const text = shortened(stage.text, relation);
  if (stage.own === 0 && (stage.step === 'from' || stage.step === 'join')) {
    const name = relation ? nameOf(relation) : (stage.relation ?? 'what it reads');
    return {
      ...base,
      what: `${where}${name} has no rows (${text})`,
      evidence: partText(part),
      next: [`esteira show ${name}`],
    };
  }
  if (stage.step === 'join' && stage.repeated && (stage.alone ?? 0) === 0)
    return multiplied(base, { where, text, part });
  const lost = lossOf(stage);
  const figures = `loses ${count(lost)} of ${counted(stage.before, 'row')} (${share(lost, stage.before)})`;
  if (stage.step !== 'join') {
    const values = (stage.lost ?? []).map(
      ({ values: own, rows }) => `${own.map(valueText).join(', ')} in ${count(rows)}`,
    );
    return {
      ...base,
      what: `${where}${stage.step === 'where' ? `where ${text}` : text} ${figures}`,
      evidence: [
        ...(values.length > 0 ? [`of the lost rows ${stage.by?.join(', ')}: ${few(values, 5)}`] : []),
        ...partText(part),
      ],
      next: ['Look whether the condition is still right for these values.'],
    };
  }
  return {
    ...base,
    what: `${where}${text} ${figures}: no partner by ${stage.by?.join(', ') ?? 'its condition'}${keyText(stage)}`,
    evidence: [...joinText(stage), ...partText(part)],
    next: stage.alike
      ? ['Write the keys alike on both sides, in the query or where they come from.']
      : [`Bring the missing rows${relation ? ` of ${nameOf(relation)}` : ''}, or mend the key.`],
  };
}

function multiplied(
  base: Pick<Losing, 'stage' | 'relation'>,
  { where, text, part }: { readonly where: string; readonly text: string; readonly part: QueryPart },
): Losing {
  const { stage } = base;
  const keys = (stage.repeated ?? []).map(
    ({ values, rows }) => `${values.map(valueText).join(', ')} ${count(rows)} times`,
  );
  return {
    ...base,
    what: `${where}${text} makes ${counted(stage.after, 'row')} of ${count(stage.before)}: keys are there more than once on its right side, such as ${keys[0]}`,
    evidence: [`${stage.relation}: ${few(keys, 5)}`, ...partText(part)],
    next: ['Make the key of the right side unique: give its table the key, or choose one row of each.'],
  };
}

const keyText = ({ lost = [] }: Stage): string =>
  lost.length === 0
    ? ''
    : `, such as ${few(
        lost.map(({ values }) => values.map(valueText).join(', ')),
        3,
      ).replace(/ and \d+ more$/, '')}`;

function joinText({ by = [], lost = [], partners, alike }: Stage): readonly string[] {
  const keys = lost.map(({ values, rows }) => `${values.map(valueText).join(', ')} in ${counted(rows, 'row')}`);
  const others = (partners?.some ?? []).map(({ values }) => values.map(valueText).join(', '));
  return [
    ...(keys.length > 0 ? [`without a partner, ${by.join(', ')}: ${few(keys, 5)}`] : []),
    ...(others.length > 0 ? [`the other side has ${partners?.by.join(', ')}: ${few(others, 5)}`] : []),
    ...(alike
      ? [
          `${count(alike.keys)} of ${counted(alike.of, 'key')} would find one, were case, spaces around and zeros in front not looked at`,
        ]
      : []),
  ];
}

/** Rows after each step, so that everybody sees where they go. */
const partText = ({ stages }: QueryPart): readonly string[] => [
  `rows after each step: ${stages.map((stage) => `${stage.step === 'where' ? 'where ' : ''}${shorter(stage.text)} → ${count(stage.after)}`).join('; ')}`,
];
const shorter = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
/** Without the catalog. */
const shortened = (text: string, relation: Node | undefined): string =>
  relation ? text.replace(relation.id, nameOf(relation)).replace(/^from /, '') : text;
