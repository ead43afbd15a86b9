import type { Job } from '../../define/index.ts';
import { allSteps, type Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { Account, Drift, PublicationDetails, RunRecord, StepRecord } from '../../ports/index.ts';
import { modelsOf, Progress, type Project } from '../../run/index.ts';
import { changesOf } from '../changes.ts';
import { queryView } from '../values.ts';
import type { ChangesView, Context, QueryView } from '../views.ts';
import type { FindingView } from './views.ts';

/** A run with its steps. */
export interface Looked {
  readonly run: RunRecord;
  readonly steps: ReadonlyMap<string, StepRecord>;
}

/** What one date has brought a table, in all its runs. */
export interface Day {
  readonly date: string;
  /** The newest first. */
  readonly runs: readonly RunRecord[];
  readonly record: StepRecord;
  readonly account: Account;
  readonly flags: PublicationDetails['flags'];
}

/** One run of a job that is looked into, and those before it, the newest first. */
export interface Case {
  readonly job: Job | undefined;
  readonly at: Looked;
  readonly former: readonly Looked[];
}

/** What a look finds; `node` says where, and what stands above it may explain it. */
export interface Found extends Omit<FindingView, 'explains' | 'step'> {
  readonly node?: Node;
  /** Others that it is about, too. */
  readonly also?: readonly Node[];
  /** It may come of something above. */
  readonly isEffect?: boolean;
  /** Ids of what it comes of, where that is known better than by what stands above. */
  readonly of?: ReadonlySet<string>;
  /** Nothing else comes of it. */
  readonly isAside?: boolean;
  /** It is the reason for whatever else is found. */
  readonly explainsAll?: boolean;
  /** In few words, where it is explained by something else. */
  readonly short?: string;
  /** Among those of one kind: the greater first. */
  readonly weight?: number;
}

/** So many runs of a job tell what is usual. */
const most = 40;

/** Everything that the looks ask, asked once. */
export class Evidence {
  readonly project: Project;
  readonly context: Pick<Context, 'signal'>;
  readonly models: ReadonlyMap<string, StepModel>;
  readonly progress: Progress;
  readonly now: Temporal.Instant;

  static async of(project: Project, context: Pick<Context, 'signal'>): Promise<Evidence> {
    const models = await modelsOf(allSteps(project.graph), project);
    const progress = await Progress.load(project, project.graph.catalogs);
    return new Evidence(project, context, models, progress);
  }
  private constructor(
    project: Project,
    context: Pick<Context, 'signal'>,
    models: readonly StepModel[],
    progress: Progress,
  ) {
    this.project = project;
    this.context = context;
    this.models = new Map(models.map((model) => [model.node.id, model]));
    this.progress = progress;
    this.now = project.clock.now();
  }

  modelOf(id: string): StepModel | undefined {
    return this.models.get(id);
  }

  async looked(run: RunRecord): Promise<Looked> {
    const steps = await this.project.state.steps(run.runId);
    return { run, steps: new Map(steps.map((step) => [step.step, step])) };
  }

  /** How far the changes of databases are followed. */
  changes(): Promise<readonly ChangesView[]> {
    this.#changes ??= changesOf(this.project);
    return this.#changes;
  }
  #changes: Promise<readonly ChangesView[]> | undefined;

  /** A run and those of its job before it. */
  async caseOf(run: RunRecord): Promise<Case> {
    const name = run.job.split(':')[0] ?? run.job;
    const all = await this.project.state.runs({ job: name, limit: most });
    const before = all.filter(({ runSeq, state }) => runSeq < run.runSeq && state !== 'running');
    const former: Looked[] = [];
    for (const one of before) former.push(await this.looked(one));
    return { job: this.project.graph.jobs.get(name), at: await this.looked(run), former };
  }

  /** Rows of one statement; the engine's own words where it refuses are not hidden. */
  async ask(sql: string, limit = 10): Promise<QueryView> {
    const { warehouse, graph } = this.project;
    const { signal } = this.context;
    return queryView(await warehouse.query(sql, { limit, catalogs: graph.catalogs, signal }));
  }
  async number(sql: string): Promise<number> {
    return Number((await this.ask(sql, 1)).rows[0]?.[0] ?? 0);
  }

  /** All that stands above, the tables among them that its rules ask. */
  above(node: Node): ReadonlySet<string> {
    const known = this.#above.get(node.id);
    if (known) return known;
    const found = new Set<string>();
    const open = [node];
    for (let one = open.pop(); one; one = open.pop()) {
      const asked = this.models.get(one.id)?.asked ?? [];
      const read = one.definition.dependsOn.map((definition) => this.project.graph.nodeOf(definition));
      for (const next of [...read, ...asked]) {
        if (found.has(next.id) || next.id === node.id) continue;
        found.add(next.id);
        open.push(next);
      }
    }
    this.#above.set(node.id, found);
    return found;
  }
  readonly #above = new Map<string, ReadonlySet<string>>();
}

/** The dates that a table has seen, the newest first; those before the first are the history. */
export function daysOf(step: string, { at, former }: Case): readonly Day[] {
  const own = [at, ...former].flatMap(({ run, steps }) => {
    const record = steps.get(step);
    return record?.state === 'done' && record.account && isOfDay(run) ? [{ run, record }] : [];
  });
  return [...Map.groupBy(own, ({ run }) => run.date.toString())].map(([date, runs]) => ({
    date,
    runs: runs.map(({ run }) => run),
    record: runs.find(({ record }) => (record.account?.in ?? 0) > 0)?.record ?? (runs[0]?.record as StepRecord),
    account: sumOf(runs.flatMap(({ record }) => (record.account ? [record.account] : []))),
    flags: flagsOf(runs.flatMap(({ record }) => (record.details ? [record.details.flags] : []))),
  }));
}

/** What is done once more says nothing about what a day brings. */
const isOfDay = ({ reason, state }: RunRecord): boolean =>
  !['reprocess', 'reset'].includes(reason) && state !== 'cancelled';

function sumOf(accounts: readonly Account[]): Account {
  const names = Object.keys(accounts[0] ?? {}) as (keyof Account)[];
  const sum = (name: keyof Account): number => accounts.reduce((all, one) => all + one[name], 0);
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as unknown as Account;
}
function flagsOf(all: readonly PublicationDetails['flags'][]): PublicationDetails['flags'] {
  const sum: Record<string, number> = {};
  for (const flags of all) for (const [flag, rows] of Object.entries(flags)) sum[flag] = (sum[flag] ?? 0) + rows;
  return sum;
}

/** How the files of a source, or of anything above a table, have begun to differ in these runs. */
export function driftSince(
  above: ReadonlySet<string>,
  cases: readonly Looked[],
  runs: ReadonlySet<string>,
): readonly Drift[] {
  const found = cases.flatMap(({ steps }) => [...steps.values()].flatMap(({ details }) => details?.drift ?? []));
  const own = found.filter(({ source, run }) => above.has(source) && runs.has(run));
  return [...new Map(own.map((one) => [`${one.source} ${one.how} ${one.column}`, one])).values()];
}
