import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Columns, judgements, keyOf } from '../../columns/index.ts';
import type { AnyTable } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import type { Held, Line, Publication, StepWrite } from '../../ports/index.ts';
import { holds } from '../../quality/judge.ts';
import { type Reach, reachOf } from '../bounds.ts';
import { cleaned } from '../said.ts';
import type { StepResult, StepRun } from '../step.ts';
import { fileRows } from '../write/file-rows.ts';
import type { Options } from '../write/options.ts';
import { writeOf } from '../write.ts';
import { type Approving, factsOf, meantBy, tableOf } from './asked.ts';
import { proposeLines, withoutRow } from './propose.ts';
import { asEdited, columnValue } from './values.ts';

/**
 * Publishes the rows that people have let through since the last run. The run takes them first, so that nobody changes them any more; those that
 * stand among the rows already were published by a run that ended before it could say so, and are only said to be applied.
 */
export async function applyApproved(
  model: StepModel,
  run: StepRun,
  optionsFor: (reach: Reach) => Options,
): Promise<StepResult> {
  const { project, held, progress, values, signal } = run;
  const { approvals } = project.state;
  const node = model.node as Node<AnyTable>;
  const { id } = node;
  const approving: Approving = { node, project, values };
  await proposeLines(approving);
  await project.trace('proposed');
  const reach = await reachOf(model, { project, progress, date: values.date, at: values.logicalTime, signal });
  await project.trace('before-intent');
  await project.state.intent(held, id, { bounds: reach.bounds, files: {} }, project.clock.now());
  await project.trace('intent');
  const taken = await approvals.take(held, id);
  await project.trace('taken');
  const there = await standing(taken, approving);
  await approvals.applied(held, id, [...there], project.clock.now());
  const before = run.published.get(id);
  const rest = before
    ? []
    : await stillMeant(
        taken.filter(({ line }) => !there.has(line)),
        { approving, held },
      );
  const options = optionsFor(reach);
  const file = path.join(folderOf(run), `${held.runId}-${id}.approved`);
  try {
    const publication = before ?? (await publish(model, rest, { file, options, run }));
    progress.published(id, publication.sequence);
    const names = rest.map(({ line }) => line);
    await approvals.applied(held, id, names, project.clock.now());
    await project.trace('applied');
    await project.state.done(held, id, publication, project.clock.now());
    await project.trace('done');
    return { publication, adopted: before !== undefined, unchanged: !before && rest.length === 0 };
  } finally {
    rmSync(file, { force: true });
  }
}

function folderOf({ project }: StepRun): string {
  const folder = path.join(project.local, 'deliveries', project.environment);
  mkdirSync(folder, { recursive: true });
  return folder;
}

interface Asking {
  readonly approving: Approving;
  readonly held: Held;
}

/**
 * Without those that are none any more, for time has passed since they were approved: a run that was killed had taken them and another row of their key has come since,
 * whatever was answered to it, the row is gone, `only` leaves it out by now, as it stands or as it was approved, or a rule of a column has become narrower, which would
 * keep all the others from getting out.
 */
async function stillMeant(lines: readonly Line[], { approving, held }: Asking): Promise<readonly Line[]> {
  const { node, project } = approving;
  const meant = await meantBy(
    lines.map((line) => ({ line: line.line, values: asEdited(line) })),
    approving,
  );
  const gone = await withoutRow(lines, approving, factsOf(approving).only);
  const followed = await project.state.approvals.followed(
    node.id,
    lines.map(({ line }) => line),
  );
  const isMeant = (line: Line): boolean =>
    [followed, gone].every((names) => !names.has(line.line)) && meant.has(line.line) && keepsRules(line, approving);
  const out = lines.filter((line) => !isMeant(line)).map(({ line }) => line);
  await project.state.approvals.leftOut(held, node.id, out, project.clock.now());
  return lines.filter(isMeant);
}

/** As its columns are by now; of what kind a value is was asked when its row was published. */
function keepsRules(line: Line, approving: Approving): boolean {
  const columns: Columns = tableOf(approving).definition.columns;
  const values = asEdited(line);
  return judgements(columns).every((rule) => {
    const facts = columns[rule.column]?.facts;
    if (!facts || rule.code === 'kind' || facts.kind === 'list' || facts.kind === 'json') return true;
    return holds(rule, columnValue(facts, values[rule.column]));
  });
}

/** Those that are among the rows already. */
async function standing(lines: readonly Line[], { node, project }: Approving): Promise<ReadonlySet<string>> {
  const { dialect } = project.warehouse;
  const found = new Set<string>();
  const portion = 5000;
  for (let from = 0; from < lines.length; from += portion) {
    const names = lines.slice(from, from + portion).map(({ line }) => line);
    const column = dialect.identifier('line');
    const query = `select ${column} from ${dialect.place(placeOf(node))} where ${column} in ${dialect.literal(names)}`;
    const { rows } = await project.warehouse.query(query, { limit: portion, catalogs: [node.catalog] });
    for (const [line] of rows) found.add(String(line));
  }
  return found;
}

interface Publishing {
  readonly file: string;
  readonly options: Options;
  readonly run: StepRun;
}

async function publish(
  model: StepModel,
  lines: readonly Line[],
  { file, options, run }: Publishing,
): Promise<Publication> {
  const { project, signal } = run;
  if (lines.length > 0)
    writeFileSync(
      file,
      lines.map((line) => `${JSON.stringify(approvedRow(line, model.node.definition.columns))}\n`).join(''),
    );
  const write =
    lines.length === 0 ? writeOf(model, { ...options, unchanged: true }) : approvedWrite(model, file, options);
  const publication = cleaned(await project.warehouse.publish(write, signal), project);
  await project.trace('published');
  return publication;
}

/** The row as it was approved, and by whom. */
function approvedRow(line: Line, columns: Columns): object {
  const { rule, approvers, edited, decidedAt } = line;
  const told = Object.entries(asEdited(line)).map(([name, value]) => {
    const kind = columns[name]?.facts.kind;
    const isNested = (kind === 'json' || kind === 'list') && typeof value === 'string';
    return [name, isNested ? JSON.parse(value) : value];
  });
  return {
    ...Object.fromEntries(told),
    approved_by: approvers.length > 0 ? approvers.join(', ') : `rule ${rule}`,
    approved_at: decidedAt?.toString(),
    edited: Object.keys(edited).length > 0,
    line: line.line,
  };
}

/** Rows that people have let through, as the step publishes them: no two of one key, and whatever a clock said when they were approved, none is older than the row that stands there. */
function approvedWrite(model: StepModel, file: string, options: Options): StepWrite {
  const { columns } = model.node.definition;
  return {
    ...fileRows(model, { name: 'approved', file }, options),
    mode: { mode: 'merge', key: keyOf(columns), latest: [] },
    judgements: judgements(columns),
    fresh: false,
    told: { badFiles: [], warnings: [] },
  };
}
