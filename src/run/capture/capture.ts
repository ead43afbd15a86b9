import { EsteiraError } from '../../errors.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import type { Changes, ChangeTaker, Held, Landed, Lander, LandingInto, RunOf, ToLand } from '../../ports/index.ts';
import type { Waiting } from '../attempts.ts';
import { Progress } from '../bounds.ts';
import { claimAll, type StepOutcome } from '../execute.ts';
import { refuseForgotten } from '../forgotten.ts';
import { mayPass, rest, usualRetries, waitAfter } from '../patience.ts';
import type { Project } from '../project.ts';
import { stepError } from '../step.ts';
import type { RunValues } from '../write.ts';
import type { Captured } from './captured.ts';
import { beginFollowing, type Followed } from './followed.ts';

export interface Capturing {
  readonly project: Project;
  readonly held: Held;
  readonly values: RunValues;
  readonly of: RunOf;
  readonly models: readonly StepModel[];
  readonly captured: Captured;
  readonly resumed: boolean;
  /** Until it is stopped; otherwise up to where the database is when it begins. */
  readonly endless: boolean;
  /** Every table is read whole once more. */
  readonly anew: boolean;
  readonly signal: AbortSignal;
  onStep(outcome: StepOutcome): void;
  onWait(waiting: Waiting): void;
  onNote(text: string): void;
}

/** So many changes, or so long after the first of them, are landed together. */
const together = Object.freeze({ changes: 10_000, milliseconds: 1000 });
/** The longest rest before the next attempt, in milliseconds. */
const longestRest = 30_000;
/** Between two words of how far it is, in milliseconds; without end they are rarer. */
const sayEvery = 2000;

/** As watermarks call what a job follows. */
export const streamOf = ({ job }: Pick<Captured, 'job'>): string => `changes:${job}`;

/** Brings in the changes that a job follows, all its steps together. Gives the failure, where there is one. */
export async function capture(capturing: Capturing): Promise<readonly StepOutcome[]> {
  const { project, held, models, signal } = capturing;
  if (!capturing.resumed) await refuseForgotten(held, project);
  const nodes = models.map(({ node }) => node);
  await claimAll(nodes, held.token, project);
  await project.trace('claimed');
  const started = performance.now();
  for (const { id } of nodes) {
    await project.state.intent(held, id, { bounds: [], files: {} }, project.clock.now());
    capturing.onStep({ step: id, state: 'running' });
  }
  await project.trace('intent');
  const following = beginFollowing(project, capturing.captured.job);
  const seconds = () => (performance.now() - started) / 1000;
  try {
    await followOn(capturing, following.now);
    if (signal.aborted) throw stopped(signal.reason);
    await tellDone(capturing, seconds());
    return [];
  } catch (thrown) {
    const [first, ...others] = models as readonly [StepModel, ...StepModel[]];
    const error = stepError(thrown, first, project);
    const outcome: StepOutcome = { step: first.node.id, state: 'failed', seconds: seconds(), error };
    if (error.code !== 'FENCED') await project.state.failed(held, first.node.id, error.toJSON(), project.clock.now());
    capturing.onStep(outcome);
    for (const { node } of others) capturing.onStep({ step: node.id, state: 'skipped' });
    return [outcome];
  } finally {
    following.end();
  }
}

/** What has been landed by all attempts of the run is told to the state. */
async function tellDone({ project, held, models, captured, onStep }: Capturing, seconds: number): Promise<void> {
  const { accounts } = await project.warehouse.landed(captured.catalog, held.runId, []);
  const { latest } = await project.warehouse.position(captured.catalog);
  await project.trace('published');
  for (const { node } of models) {
    const publication = latest.get(`${node.schema}.${node.table}`);
    const account = accounts.get(node.id);
    if (!publication || !account) continue;
    const whole = { ...publication, account };
    await project.state.done(held, node.id, whole, project.clock.now());
    onStep({
      ...{ step: node.id, state: 'done', seconds },
      result: { publication: whole, adopted: false, unchanged: account.in === 0 },
    });
  }
  await project.trace('done');
}

/** Again and again where what keeps it from going on may pass. */
async function followOn(capturing: Capturing, now: Followed): Promise<void> {
  const { project, signal, models } = capturing;
  const retries = project.retries ?? usualRetries;
  const [first] = models as readonly [StepModel, ...StepModel[]];
  let { anew } = capturing;
  for (let attempt = 1; ; attempt += 1) {
    const before = now.position;
    try {
      const follow = new Following(capturing, now, anew);
      return await project.warehouse.land(await intoOf(capturing), (lander) => follow.once(lander), signal);
    } catch (thrown) {
      const error = stepError(thrown, first, project);
      if (signal.aborted || !mayPass(error)) throw thrown;
      if (now.position > before) {
        attempt = 1;
        anew = false;
      }
      if (!capturing.endless && attempt > retries.times) throw thrown;
      const growing = Math.min(1000 * 2 ** (attempt - 1), longestRest);
      const milliseconds = capturing.endless ? growing : waitAfter(attempt, retries);
      now.trouble = error;
      const of = capturing.endless ? Number.POSITIVE_INFINITY : retries.times + 1;
      capturing.onWait({ step: first.node.id, error, attempt: attempt + 1, of, milliseconds });
      await rest(project.clock, milliseconds, signal);
      if (signal.aborted) throw thrown;
    }
  }
}

/** The tables, each with its definition where that is not the one by which the newest rows came. */
async function intoOf({ project, held, values, of, models, captured }: Capturing): Promise<LandingInto> {
  const progress = await Progress.load(project, [captured.catalog]);
  return {
    catalog: captured.catalog,
    stream: streamOf(captured),
    run: { runId: held.runId, runSeq: held.runSeq, token: held.token, logicalTime: values.logicalTime, of },
    tables: models.map(({ node, definition, facts }) => {
      const { refusesNew, extra } = captured.tables.find(({ step }) => step === node.id) ?? {};
      return {
        ...{ step: node.id, target: placeOf(node), columns: node.definition.columns, definition, settingsHash: '' },
        ...(progress.latest(node)?.definition === definition ? {} : { facts }),
        ...(refusesNew ? { refusesNew } : {}),
        ...(extra === undefined ? {} : { extra }),
      };
    }),
  };
}

/** One connection's life, from the look at where everything stands. */
class Following {
  readonly #capturing: Capturing;
  readonly #now: Followed;
  readonly #anew: boolean;
  #part = 0;
  #system = '';
  #until = 0n;
  #published = new Set<string>();
  #positions = new Map<string, bigint>();
  #saidAt = performance.now();
  #since = { at: performance.now(), rows: 0 };

  constructor(capturing: Capturing, now: Followed, anew: boolean) {
    this.#capturing = capturing;
    this.#now = now;
    this.#anew = anew;
  }

  async once(lander: Lander): Promise<void> {
    const { project, captured, endless, signal, onNote } = this.#capturing;
    const changes = await project.changes(captured);
    try {
      const prepared = await changes.prepare(await this.#landed(), { anew: this.#anew });
      this.#system = prepared.system;
      for (const made of prepared.made) onNote(`made ${made}, in ${changes.describe}`);
      await this.#takeSnapshots(changes, lander);
      const landed = await this.#landed();
      const clock = await this.#clock();
      this.#now.trouble = undefined;
      for (const [step, { position }] of landed) this.#positions.set(step, position);
      // A snapshot may be of a later moment.
      this.#until = greatest([prepared.now, ...this.#positions.values()]);
      const until = endless ? {} : { until: this.#until };
      const awaited = () => this.#now.awaited;
      await changes.follow({ landed, clock, ...until, awaited, together }, this.#taker(lander), signal);
      if (endless || signal.aborted) return;
      // What has come after the end is not landed, and comes again.
      await lander.discard();
      await this.#publishRest(lander);
    } finally {
      await changes.close();
    }
  }

  /** Where each table stands. */
  async #landed(): Promise<ReadonlyMap<string, Landed>> {
    const { project, captured, models } = this.#capturing;
    const { watermarks } = await project.warehouse.position(captured.catalog);
    const stream = streamOf(captured);
    return new Map(
      models.flatMap(({ node }) => {
        const mark = watermarks.get(`${node.schema}.${node.table}`)?.get(stream);
        return mark ? [[node.id, { position: mark.upper, system: mark.generation ?? '' }]] : [];
      }),
    );
  }

  async #clock(): Promise<bigint> {
    const { project, captured, held, models } = this.#capturing;
    const places = models.map(({ node }) => placeOf(node));
    const { part, accounts, clock } = await project.warehouse.landed(captured.catalog, held.runId, places);
    this.#part = part;
    this.#published = new Set(accounts.keys());
    return clock;
  }

  async #takeSnapshots(changes: Changes, lander: Lander): Promise<void> {
    const { models, signal, onNote } = this.#capturing;
    const landed = await this.#landed();
    const steps = models.map(({ node }) => node.id).filter((id) => this.#anew || !landed.has(id));
    if (steps.length === 0) return;
    const clock = await this.#clock();
    const tables = steps.length === 1 ? 'a table' : `${steps.length} tables`;
    onNote(`reads ${tables} whole, as of one moment; the changes since then follow`);
    const onRead = (place: string, rows: number) => onNote(`${rows} rows of ${place} are read`);
    await changes.snapshot(steps, this.#taker(lander), { signal, clock, onRead });
  }

  #taker(lander: Lander): ChangeTaker {
    return {
      rows: (step, chunk) => lander.rows(step, chunk),
      emptied: (step, how) => lander.emptied(step, how),
      land: (what) => this.#land(lander, what),
    };
  }

  async #land(lander: Lander, what: ToLand): Promise<void> {
    const { project } = this.#capturing;
    if (what.rows > 0 || what.of) this.#part += 1;
    const besides = what.of ?? [];
    const steps = what.of ?? [...this.#positions.keys()];
    // A table that was read whole later stays where it is until the others have come to that place.
    for (const step of steps)
      this.#positions.set(step, greatest([what.position, ...(what.of ? [] : [this.#positions.get(step) ?? 0n])]));
    const positions = new Map(steps.map((step) => [step, this.#positions.get(step) as bigint]));
    const part = { ...what, positions, part: this.#part, system: this.#system, at: project.clock.now(), besides };
    const published = await lander.publish(part);
    for (const { step } of published) this.#published.add(step);
    const rows = published.reduce((sum, { account }) => sum + account.in, 0);
    const now = this.#now;
    now.rows += rows;
    // A snapshot says nothing of the other tables.
    if (!what.of) now.position = what.position;
    if (what.committedAt) now.committedAt = what.committedAt;
    if (what.of) this.#capturing.onNote(`${rows} rows are landed, as they were at one moment`);
    else this.#say(rows);
  }

  /** How far it is, now and then. */
  #say(rows: number): void {
    const { endless, onNote } = this.#capturing;
    const at = performance.now();
    this.#since.rows += rows;
    const passed = (at - this.#since.at) / 1000;
    if (passed >= 1) {
      this.#now.rate = this.#since.rows / passed;
      this.#since = { at, rows: 0 };
    }
    if (at - this.#saidAt < (endless ? sayEvery * 300 : sayEvery) || (endless && rows === 0)) return;
    this.#saidAt = at;
    const { rows: all, rate, position } = this.#now;
    const left = this.#until > position ? Number(this.#until - position) : 0;
    const behind = position > 0n ? `, ${Math.ceil(left / 2 ** 20)} MB of the log to go` : '';
    onNote(`${all} rows landed, ${Math.round(rate)} in a second${behind}`);
  }

  /** Every step of a run that ends has a publication: it proves that the step was done. */
  async #publishRest(lander: Lander): Promise<void> {
    const { models, project } = this.#capturing;
    const besides = models.map(({ node }) => node.id).filter((id) => !this.#published.has(id));
    if (besides.length === 0) return;
    const [keys, differences, positions] = [new Map(), new Map(), this.#positions];
    const part = { part: this.#part + 1, system: this.#system, at: project.clock.now(), besides };
    const position = greatest([...this.#positions.values()]);
    await lander.publish({ ...part, position, positions, rows: 0, keys, differences });
  }
}

const greatest = (places: readonly bigint[]): bigint => places.reduce((one, other) => (one > other ? one : other), 0n);

const stopped = (reason: unknown): EsteiraError =>
  reason instanceof EsteiraError
    ? reason
    : new EsteiraError('CANCELLED', {
        what: 'It was stopped; what had not been landed comes again.',
        next: 'Run the job again: it goes on where it stood.',
      });
