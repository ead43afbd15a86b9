import type { AnySource } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import { hidden } from '../../ports/index.ts';
import { few } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { type Case, type Day, daysOf, type Evidence, type Found } from './evidence.ts';
import { lastOfFiles, type Why, whyNothing } from './source.ts';
import { median } from './words.ts';

interface Arriving {
  readonly model: StepModel;
  readonly sources: readonly Node<AnySource>[];
  /** The newest first. */
  readonly days: readonly Day[];
  readonly today: Day | undefined;
  readonly rows: number;
}

/** Rows that did not come: to all that reads sources together, or to one of them; and why. */
export async function arrivals(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  if (!bringsDay(of)) return [];
  const all = arriving(of, evidence);
  if (all.length === 0) return [];
  const found: Found[] = [];
  if (all.every(({ rows }) => rows === 0) && expectsRows(all)) found.push(...(await nothingAtAll(all, of, evidence)));
  else
    found.push(
      ...(await nothingOf(
        all.filter(({ rows }) => rows === 0),
        of,
        evidence,
      )),
    );
  if (found.length === 0) for (const one of fewer(all)) found.push(await fewOf(one, of, evidence));
  return found;
}

/** What is done once more, or builds days of before, brings what is there. */
export const bringsDay = ({ at: { run }, job }: Case): boolean =>
  ['manual', 'schedule'].includes(run.reason) && run.job === job?.name && run.state !== 'cancelled';

/** Tables of the run that read sources; of a step that was not done nothing is known. */
export function arriving({ ...of }: Case, evidence: Evidence): readonly Arriving[] {
  const { graph } = evidence.project;
  const date = of.at.run.date.toString();
  return [...of.at.steps.keys()].flatMap((step) => {
    const model = evidence.modelOf(step);
    if (model?.kind !== 'table' || of.at.steps.get(step)?.state !== 'done') return [];
    const sources = model.reads.flatMap(({ node }) =>
      node.definition.kind === 'source' ? [graph.nodeOf(node.definition) as Node<AnySource>] : [],
    );
    const days = daysOf(step, of);
    const today = days.find((day) => day.date === date);
    const rows = today?.account.in ?? 0;
    return sources.length > 0 ? [{ model, sources, days: days.filter((day) => day.date !== date), today, rows }] : [];
  });
}

/** On the first day something is there; later some day has brought something. */
const expectsRows = (all: readonly Arriving[]): boolean =>
  all.every(({ days }) => days.length === 0) || all.some(({ days }) => days.some(({ account }) => account.in > 0));

/** So many days, each with rows, make one without them strange. */
const enough = 3;
const isMissing = ({ days, rows }: Arriving): boolean =>
  rows === 0 && days.length >= enough && days.every(({ account }) => account.in > 0);

async function nothingAtAll(all: readonly Arriving[], of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const { run } = of.at;
  const sources = [...new Map(all.flatMap((one) => one.sources.map((node) => [node.id, node] as const))).values()];
  const whys = [];
  for (const node of sources) {
    const reader = all.find((one) => one.sources.some(({ id }) => id === node.id))?.model as StepModel;
    whys.push(await whyNothing(node, { reader, of, evidence }));
  }
  if (whys.some(({ isWell }) => isWell) && !whys.some(({ isKnown }) => isKnown)) return [];
  const layers = [...new Set(all.map(({ model }) => model.node.schema))].join(', ');
  const why = whys.toSorted((one, other) => one.order - other.order)[0];
  const others = [...Map.groupBy(whys, ({ text }) => text)].map(
    ([text, same]) => `${text}${same.length > 1 ? ` (${same.length} sources)` : ''}`,
  );
  const usual = median(all.map(({ days }) => median(days.map(({ account }) => account.in))));
  const found: Found = {
    cause: 'source',
    explainsAll: true,
    what: `${layers} received 0 rows on ${run.date}: ${why?.text ?? 'nothing came'}`,
    evidence: [
      `${counted(all.length, 'table')} of ${layers}, all together: 0 rows in run ${run.runId}`,
      ...(usual > 0 ? [`on other dates each received about ${count(Math.round(usual))}`] : []),
      ...(why?.evidence ?? []),
      ...others.filter((text) => !text.startsWith(why?.text ?? '')).slice(0, 5),
    ],
    next: why?.next ?? ['esteira doctor'],
  };
  return [found];
}

interface Missing extends Arriving {
  readonly why: Why;
  readonly usual: number;
}
/** A table of a few rows a day may well have none, unless it had some on this many dates. */
const fewRows = 20;
const manyDates = 7;

/** Of what has no rows today what should have: those for one reason are told together. */
async function nothingOf(none: readonly Arriving[], of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const missing: Missing[] = [];
  for (const one of none) {
    const [node] = one.sources as [Node<AnySource>];
    const why = await whyNothing(node, { reader: one.model, of, evidence });
    const usual = median(one.days.map(({ account }) => account.in));
    const isUsual = usual >= fewRows || one.days.length >= manyDates;
    // That nothing came is no trouble by itself; that a file was not taken is, whatever came before.
    const isTrouble = isMissing(one) ? isUsual || !why.isQuiet : why.isKnown && why.order <= lastOfFiles;
    if (isTrouble && !why.isWell) missing.push({ ...one, why, usual });
  }
  const groups = Map.groupBy(missing, ({ why }) => (why.isQuiet ? 'quiet' : why.text));
  return [...groups.values()].map((group) => missingText(group, of));
}

function missingText(group: readonly Missing[], { at }: Case): Found {
  const sorted = group.toSorted((one, other) => other.usual - one.usual) as [Missing, ...Missing[]];
  const [{ model, sources, why, usual, days }, ...others] = sorted;
  const names = others.map((one) => nameOf(one.model.node));
  const so = names.length > 0 ? `, and so did ${few(names)}` : '';
  return {
    cause: 'source',
    node: sources[0] as Node<AnySource>,
    also: others.flatMap((one) => one.sources),
    weight: sorted.reduce((sum, one) => sum + one.usual, 0),
    what: `${nameOf(model.node)} received 0 rows on ${at.run.date}${so}: ${why.text}`,
    evidence: [
      `on other dates it received about ${count(Math.round(usual))} (${counted(days.length, 'date')})`,
      ...others.map((one) => `${nameOf(one.model.node)}: about ${count(Math.round(one.usual))}; ${one.why.text}`),
      ...why.evidence,
    ],
    next: [...new Set(sorted.flatMap((one) => one.why.next))].slice(0, 4),
  };
}

/** So few beside what the others have, while they are as ever; and a table below this is too small to tell. */
const isFew = 0.25;
const isSmall = 50;

/** A day may be quiet for all of them; where one is far quieter than the others, something of it is missing. */
function fewer(
  all: readonly Arriving[],
): readonly (Arriving & { readonly usual: number; readonly expected: number })[] {
  const known = all.flatMap((one) => {
    const former = one.days.map(({ account }) => account.in).filter((rows) => rows > 0);
    const usual = median(former);
    return former.length >= enough && usual >= isSmall ? [{ ...one, usual, least: Math.min(...former) }] : [];
  });
  if (known.length < 2) return [];
  return known.flatMap((one) => {
    const others = known.filter((other) => other !== one);
    const day = Math.min(1, median(others.map(({ rows, usual }) => rows / usual)));
    const expected = one.usual * day;
    return one.rows < expected * isFew && one.rows < one.least * 0.5 && expected >= isSmall
      ? [{ ...one, expected }]
      : [];
  });
}

async function fewOf(
  { model, sources, rows, usual, expected, days }: ReturnType<typeof fewer>[number],
  of: Case,
  evidence: Evidence,
): Promise<Found> {
  const [node] = sources as [Node<AnySource>];
  const why =
    (await unreadable(model, rows, of, evidence)) ?? (await whyNothing(node, { reader: model, of, evidence }));
  return {
    cause: 'few rows',
    node,
    weight: usual - rows,
    what: `${nameOf(model.node)} received only ${counted(rows, 'row')} on ${of.at.run.date}, where about ${count(Math.round(expected))} were to be expected${why.isKnown ? `: ${why.text}` : ''}`,
    evidence: [
      `on the dates before: ${few(
        days.map(({ account }) => count(account.in)),
        7,
      )}; the other tables received as much as ever`,
      ...why.evidence,
    ],
    next: why.isKnown
      ? why.next
      : ['Ask who delivers it whether all of it was sent; a file that was cut off between two lines cannot be told.'],
  };
}

/** A file of another kind, or in another encoding, gives a few rows of which nothing can be read. */
async function unreadable(
  { node, keepsOriginal }: StepModel,
  rows: number,
  of: Case,
  evidence: Evidence,
): Promise<Why | undefined> {
  if (!keepsOriginal || rows === 0) return undefined;
  const { dialect } = evidence.project.warehouse;
  const runs = daysOf(node.id, of)[0]?.runs.map(({ runSeq }) => runSeq) ?? [];
  const [run, unread, row] = [hidden.run, hidden.unread, hidden.row].map(dialect.identifier);
  const { rows: found } = await evidence.ask(
    `select ${row} from ${dialect.place(placeOf(node))} where ${run} in ${dialect.literal(runs)} and ${unread} is not null order by 1 limit 1000`,
    1000,
  );
  if (found.length < rows / 2) return undefined;
  const files = [...new Set(found.map(([rid]) => String(rid).replace(/:\d+$/, '')))];
  return {
    text: `of ${few(files)} nothing can be read`,
    evidence: [`${counted(found.length, 'row')} with values that are not of their kinds`],
    next: ['Look at the file: is it what its ending says, and in UTF-8? Have it delivered again under another name.'],
    order: 3,
    isKnown: true,
  };
}
