import { noRows } from '../../ports/account.ts';
import type { Account, TrainedVersion } from '../../ports/index.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, elapsed, seconds } from '../numbers.ts';
import type { Look } from '../terminal.ts';
import { cut, pad, padLeft, visible, width } from '../text.ts';
import { type Followed, type FollowedStep, type Layer, layers } from './follow.ts';
import { shorten } from './shorten.ts';

/** One line before it is drawn: numbers under their headings, or a note across them. */
interface Line {
  readonly begin: string;
  readonly name: string;
  readonly strong: boolean;
  readonly account?: Account;
  readonly note?: string;
  readonly time?: string;
}

const measures = ['in', 'valid', 'invalid', 'duplicates'] as const;
type Measure = (typeof measures)[number];
/** What a line of so many columns has room for. */
const roomFor = (columns: number): readonly Measure[] =>
  columns >= 66 ? measures : columns >= 50 ? ['in', 'invalid'] : columns >= 30 ? ['invalid'] : [];

/** On a wider screen the eye would lose the line between a name and its numbers. */
const widest = 100;

/** The run as lines, within the look's width and height. `now` is the clock of `follow`. */
export function tree(followed: Followed, look: Look, now: number): readonly string[] {
  const { job, date, environment, runId } = followed.run;
  const title = `${job}  ${date}  ${environment}`;
  const full = `${title}  ${runId}`;
  const head = paint(look, 'strong', visible(cut(width(full) <= look.columns ? full : title, look.columns, look)));
  const lines = shorten(layers(followed), look.rows - 2, {
    head: (layer) => layerLine(layer, look),
    step: (step) => stepLine(step, look, now),
    more: (steps) => ({ begin: '  ', name: `${look.unicode ? '…' : '...'} ${count(steps)} more`, strong: false }),
  });
  return [head, ...draw(lines, { ...look, columns: Math.min(look.columns, widest) })];
}

/** A layer with what its steps have done so far, added up. */
function layerLine({ name, steps, state }: Layer, look: Look): Line {
  const ended = steps.filter((step) => step.state === 'done');
  const accounts = steps.flatMap(({ end }) => (end?.account && !end.details?.trained ? [end.account] : []));
  const progress = `${name} ${ended.length}/${steps.length}`;
  return {
    begin: `${mark(look, state)} `,
    name: progress,
    strong: true,
    ...(accounts.length > 0 && { account: sum(accounts) }),
    ...(state === 'skipped' && { note: 'skipped' }),
  };
}

function stepLine({ view, state, since, progress, end }: FollowedStep, look: Look, now: number): Line {
  const prefix = `${view.layer}.`;
  const time =
    state === 'running' && since !== undefined ? elapsed((now - since) / 1000) : end?.seconds && seconds(end.seconds);
  const note = state === 'running' ? progress : noteOf(state, end);
  return {
    begin: `  ${mark(look, state)} `,
    name: view.label.startsWith(prefix) ? view.label.slice(prefix.length) : view.label,
    strong: false,
    ...(time && { time }),
    ...(note ? { note } : end?.account && { account: end.account }),
  };
}

/** What is said in the place of numbers. */
export function noteOf(state: FollowedStep['state'], end: FollowedStep['end']): string | undefined {
  if (state === 'failed') return end?.error?.code ?? 'failed';
  if (state === 'skipped') return 'skipped';
  if (end?.unchanged) return 'nothing new';
  if (end?.adopted) return 'published by an earlier attempt';
  return end?.details?.trained && trainedText(end.details.trained);
}

/** Of a model the rows of its step are those inside the version, which mean little to people. */
function trainedText({ rows, held = 0 }: TrainedVersion): string | undefined {
  if (rows === undefined) return undefined;
  return `${counted(rows, 'training row')}${held > 0 ? `, judged by ${count(held)}` : ''}`;
}

/** Accounts of several steps, added up. */
export function sum(accounts: readonly Account[]): Account {
  const [first, ...rest] = accounts;
  const names = first ? (Object.keys(first) as (keyof Account)[]) : [];
  const add = (one: Account, other: Account): Account =>
    Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Account;
  return first ? rest.reduce(add, first) : noRows;
}

/** Numbers stand under their headings, so that all lines must be known before the first is drawn; names get what room is left. */
function draw(lines: readonly Line[], look: Look): readonly string[] {
  const shown = roomFor(look.columns);
  const times = lines.map(({ time = '' }) => time);
  const timeWidth = Math.max(6, ...times.map(width));
  const sizes = shown.map((measure) =>
    Math.max(measure.length, ...lines.map(({ account }) => (account ? count(account[measure]).length : 0))),
  );
  const block = sizes.reduce((total, size) => total + size + 2, 0);
  const room = Math.max(8, look.columns - block - timeWidth - 2);
  const heading = sizes.map((size, index) => padLeft(shown[index] ?? '', size + 2)).join('');
  const rows = lines.map((line, index) => {
    const name = cut(visible(line.name), room - width(line.begin), look);
    const beginning = pad(line.begin + (line.strong ? paint(look, 'strong', name) : name), room);
    const middle = line.note ? note(line.note, block, look) : numbers(line, shown, sizes, look);
    return `${beginning}${middle}${padLeft(times[index] ?? '', timeWidth + 2)}`.trimEnd();
  });
  return shown.length > 0 ? [paint(look, 'quiet', `${' '.repeat(room)}${heading}`), ...rows] : rows;
}

const note = (words: string, block: number, look: Look): string =>
  block < 2 ? '' : pad(`  ${paint(look, 'quiet', cut(words, block - 2, look))}`, block);

function numbers(line: Line, shown: readonly Measure[], sizes: readonly number[], look: Look): string {
  return shown
    .map((measure, index) => {
      const value = line.account?.[measure];
      const text = padLeft(value === undefined ? '' : count(value), (sizes[index] ?? 0) + 2);
      if (measure === 'invalid' && value) return paint(look, 'warn', text);
      return value === 0 ? paint(look, 'quiet', text) : text;
    })
    .join('');
}
