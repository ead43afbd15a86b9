import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AnyModel, AnyTable } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import { spell, spellBody } from '../../plan/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import { rowsFile } from '../../registry/index.ts';
import type { Project } from '../project.ts';
import type { RunValues } from '../write/options.ts';
import { wholeSpelling } from '../write/spelling.ts';
import { figured } from './figures.ts';
import { judge } from './gate.ts';
import type { Training } from './lessons.ts';
import { heldIn, readRows } from './reading.ts';
import { heldDays, heldOutOf, trainingRowsOf, whyUndivided } from './rows.ts';
import { learnAside, trainingFailed } from './thread.ts';
import { trainingOf } from './training.ts';

/** What a training of a date would have come to; nothing of it is kept. */
export interface Trial {
  readonly date: string;
  readonly rows: number;
  readonly gate: VersionAbout['gate'];
  readonly heldOut?: VersionAbout['heldOut'];
  readonly members: Training['former'];
}

/**
 * Trains a model as a run of that date would have, of the rows that there are now: a table that starts anew each time is computed for the date. Judged beside
 * a trial of before, as a version is beside the champion, and registered nowhere. Throws TRAINING_FAILED where those rows teach nothing.
 */
export async function tryTraining(
  node: Node<AnyModel>,
  of: {
    readonly project: Project;
    readonly values: RunValues;
    readonly signal: AbortSignal;
    readonly former: Trial | undefined;
  },
): Promise<Trial> {
  const { project, values, signal, former } = of;
  const { facts } = node.definition;
  const where = whereOf(node.definition);
  const champion = former ? [{ date: former.date, ...(former.heldOut ? { heldOut: former.heldOut } : {}) }] : [];
  const { query, columns } = trainingRowsOf(relationAt(facts.from as AnyTable, { project, values }), {
    ...{ model: { node }, options: { project, values } },
    champion: champion.map((one) => ({ ...one, ...(facts.group === undefined ? {} : { group: facts.group }) })),
  });
  const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-trial-'));
  try {
    const { warehouse } = project;
    const file = path.join(scratch, rowsFile);
    const read = await readRows(node.definition, { query, columns, file, warehouse, signal });
    const days = heldDays(facts, values.date);
    const undivided = days && read.all > 0 ? whyUndivided(days, heldIn(read)) : undefined;
    if (undivided !== undefined) throw trainingFailed(undivided, where);
    const { all: rows } = read;
    const lessons = await learnAside(
      {
        ...trainingOf(node.definition, read),
        ...{ asks: false, former: former?.members ?? [], ...(former ? { formerDate: former.date } : {}) },
      },
      { where, signal, progress: () => {}, failed: trainingFailed, ...(project.trees ? { trees: project.trees } : {}) },
    );
    const { elapsed = () => performance.now() } = project.clock;
    const members = await figured(node.definition, lessons, { opened: [], elapsed, signal });
    const unnoticed = members.find(({ unjudged }) => unjudged !== undefined);
    if (unnoticed) throw trainingFailed(unnoticed.unjudged ?? '', where);
    return {
      ...{ date: values.date.toString(), rows },
      gate: judge(node.definition, members, { settings: values.settings, project, champion: former !== undefined }),
      ...heldOutOf(days),
      members: lessons.members.map(({ member, parameters }) => ({ member, parameters })),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Training rows as they would be for a date: what keeps rows of each day is read as it is. */
function relationAt(table: AnyTable, seeing: { readonly project: Project; readonly values: RunValues }): string {
  const spelling = wholeSpelling(seeing);
  const { write = 'replace', rows } = table.spec ?? {};
  if (rows === undefined || rows.recipe.by === 'map' || (write !== 'replace' && write !== 'view'))
    return spell(table, spelling);
  const { identifier } = seeing.project.warehouse.dialect;
  const names = Object.keys(table.columns).map(identifier).join(', ');
  return `(select ${names} from (${spellBody(rows, spelling)}\n) as _rows)`;
}

/** Why a model cannot be tried; its versions are made elsewhere. */
export const whyUntried = ({ facts, name }: AnyModel): string | undefined =>
  facts.learner.brought ? `${name} is made elsewhere` : undefined;

/** What a trial that taught nothing is told with. */
export const isUntaught = (error: unknown): error is EsteiraError =>
  error instanceof EsteiraError && error.code === 'TRAINING_FAILED';
