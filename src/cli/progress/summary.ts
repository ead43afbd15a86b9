import type { ErrorView, RunView } from '../../operate/views.ts';
import { driftTexts } from '../../ports/drift.ts';
import type { Account, PublicationDetails, RunState } from '../../ports/index.ts';
import { mark, paint } from '../marks.ts';
import { between, count, counted, seconds } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { pad, visible, width, wrapHanging } from '../text.ts';
import type { Followed } from './follow.ts';
import { labelOf } from './labels.ts';
import { law } from './lines.ts';
import { sum } from './tree.ts';

/** Tables and flags that are named; the others are counted. */
const named = 4;
const namedFlags = 3;

/** A run that has ended, as its events or the state tell it. */
interface Ended {
  readonly runId: string;
  readonly state: RunState;
  readonly seconds: number;
  /** Of the tables of invalid rows, as the project calls them. */
  readonly suffix: string;
  readonly steps: readonly {
    readonly label: string;
    readonly account?: Account;
    readonly details?: PublicationDetails;
  }[];
  /** Files left out and checks that warn were said while it went. */
  readonly told: boolean;
  /** The account of each layer stands above. */
  readonly layersShown: boolean;
}

/** A run that was followed to its end; nothing while it goes. */
export function endedNow({ run, steps, end }: Followed, layersShown: boolean): Ended | undefined {
  if (!end) return undefined;
  const all = [...steps.values()].map(({ view, end: last }) => ({
    label: view.label,
    ...(last?.account && { account: last.account }),
    ...(last?.details && { details: last.details }),
  }));
  const { runId, suffix } = run;
  return { runId, state: end.state, seconds: end.seconds, suffix, steps: all, told: true, layersShown };
}

/** A run as the state keeps it: what was said while it went is said again. */
export function endedBefore(view: RunView): Ended {
  const { runId, state, createdAt, finishedAt = createdAt, steps, suffix = '' } = view;
  const label = labelOf(steps.map(({ step }) => step));
  const all = steps.map((step) => ({ ...step, label: label(step.step) }));
  const took = between(createdAt, finishedAt);
  return { runId, state, seconds: took, suffix, steps: all, told: false, layersShown: false };
}

/** What is said when a run has ended: the account of each layer (a row goes through all of them, so that they are not added up), where the invalid ones are and why, what to look at next. */
export function summary(run: Ended, look: Look): string {
  const layers = accountsOf(run);
  const [only] = layers;
  const how = run.state === 'succeeded' ? 'done' : run.state === 'failed' ? 'failed' : 'skipped';
  const rows = only && layers.length === 1 ? `: ${law(only.account)}` : '';
  const words = `${run.state} in ${seconds(run.seconds)}, ${counted(run.steps.length, 'step')}${rows}`;
  const lines = wrapHanging(words, look.columns - 2, 2).split('\n');
  return [
    `${mark(look, how)} ${lines.map((line) => paint(look, 'strong', line)).join('\n')}`,
    ...(layers.length > 1 && !run.layersShown ? layerLines(layers, look) : []),
    // Who stops a run looks for what is left of it.
    ...(run.state === 'cancelled' ? [] : invalidRows(run, look)),
    ...setAside(run, look),
  ].join('\n');
}

interface LayerAccount {
  readonly layer: string;
  readonly account: Account;
}

/** Those that something came into; of a run without any rows the last. */
function accountsOf({ steps }: Ended): readonly LayerAccount[] {
  const known = steps.flatMap(({ label, account, details }) =>
    account && !details?.trained ? [{ layer: layerOf(label), account }] : [],
  );
  const all = [...Map.groupBy(known, ({ layer }) => layer)].map(([layer, own]) => ({
    layer,
    account: sum(own.map(({ account }) => account)),
  }));
  const some = all.filter(({ account }) => account.in > 0);
  return some.length > 0 ? some : all.slice(-1);
}

const layerOf = (label: string): string => label.slice(0, Math.max(0, label.lastIndexOf('.'))) || label;

function layerLines(layers: readonly LayerAccount[], look: Look): readonly string[] {
  const names = Math.max(...layers.map(({ layer }) => width(layer)));
  const numbers = Math.max(...layers.map(({ account }) => count(account.in).length));
  return layers.map(({ layer, account }) =>
    wrapHanging(
      visible(`  ${pad(layer, names)}  ${' '.repeat(numbers - count(account.in).length)}${law(account)}`),
      look.columns,
      names + 4,
    ),
  );
}

/** The tables with the most invalid rows, and the rules that these break. */
function invalidRows(run: Ended, look: Look): readonly string[] {
  const worst = run.steps
    .flatMap(({ label, account, details }) =>
      account?.invalid ? [{ name: `${label}${run.suffix}`, rows: account.invalid, flags: details?.flags ?? {} }] : [],
    )
    .sort((a, b) => b.rows - a.rows);
  const [first] = worst;
  if (!first) return [];
  const size = count(first.rows).length;
  const lines = worst
    .slice(0, named)
    .flatMap(({ name, rows, flags }) => [
      `  ${count(rows).padStart(size)}  ${name}`,
      wrapHanging(' '.repeat(size + 6) + flagText(flags), look.columns, 0),
    ]);
  const more = worst.length - named;
  return [
    'Invalid rows, with the rules that they break:',
    ...lines.map((line) => visible(line, { lines: true })),
    ...(more > 0 ? [inEnvironment(`  and in ${counted(more, 'more table')}: esteira show ${run.runId}`, look)] : []),
    ...(run.state === 'succeeded' ? [inEnvironment(`  next    esteira show ${first.name}`, look)] : []),
  ];
}

/** `canal_exists 210, ordem 192, 3 more`: the flags that most rows fail. */
function flagText(flags: Readonly<Record<string, number>>): string {
  const most = Object.entries(flags).sort(([, a], [, b]) => b - a);
  const shown = most.slice(0, namedFlags).map(([flag, rows]) => `${flag} ${count(rows)}`);
  const more = most.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** Files that were left out and checks that warned: in full, unless a person has just read them. */
function setAside(run: Ended, look: Look): readonly string[] {
  const files = run.steps.flatMap(({ details }) => details?.badFiles ?? []);
  const drift = run.steps.flatMap(({ details }) => details?.drift ?? []);
  const news = driftTexts(drift.filter((one) => one.run === run.runId));
  const warnings = [...news, ...run.steps.flatMap(({ details }) => details?.warnings ?? [])];
  if (run.told) {
    const said = [
      ...(files.length > 0 ? [`${counted(files.length, 'file')} left out`] : []),
      ...(warnings.length > 0 ? [counted(warnings.length, 'warning')] : []),
    ];
    return said.length > 0 ? [`And ${said.join(' and ')}, as said above.`] : [];
  }
  const say = (text: string): string => wrapHanging(`  ${visible(text)}`, look.columns, 4);
  return [
    ...(files.length > 0 ? [`Files that could not be read, and were left out: ${files.length}`] : []),
    ...files.slice(0, named).map(({ path, why }) => say(`${path}: ${why}`)),
    ...(warnings.length > 0 ? ['Warnings:'] : []),
    ...warnings.map(say),
  ];
}

/** The errors of a run, each once: its steps' own, with their names, else the run's. */
export function errorsOf(run: RunView): readonly { readonly label?: string; readonly error: ErrorView }[] {
  const label = labelOf(run.steps.map(({ step }) => step));
  const ofSteps = run.steps.flatMap(({ step, error }) => (error ? [{ label: label(step), error }] : []));
  return ofSteps.length > 0 || !run.error ? ofSteps : [{ error: run.error }];
}
