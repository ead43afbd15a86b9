import { millisecondsOf } from '../../columns/index.ts';
import { isTime, type Limit, type Measure, type Monitor } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Figure, Verdict } from '../../ports/index.ts';
import { championKey, said, settingText } from '../../run/index.ts';
import { lifeOf } from '../models/life.ts';
import { errorLines } from './error-lines.ts';
import { measureDegradation } from './measures/degradation.ts';
import { measureDrift, measureInertia } from './measures/drift.ts';
import { measureErrors } from './measures/errors.ts';
import { measureInvalid } from './measures/invalid.ts';
import type { Measured } from './measures/measured.ts';
import { measureMissing } from './measures/missing.ts';
import { measureAge, measureQuery } from './measures/query.ts';
import { measureRejected } from './measures/rejected.ts';
import { broughtBy, measureRows, measureVolume } from './measures/rows.ts';
import { measureDuration, measureFailures } from './measures/runs.ts';
import { measureFallbacks, measureServedLatency } from './measures/served.ts';
import { measureShift } from './measures/shift.ts';
import { measureUnpublished } from './measures/unpublished.ts';
import type { Ran, Subject } from './subject.ts';
import { boundText, valueBeside, valueText } from './words.ts';

/** The number of a monitor, nothing where what it is judged by cannot change it. */
async function measured(expect: Limit, subject: Subject): Promise<Measured | undefined> {
  const { ran } = subject;
  const { measure } = expect;
  switch (measure.measure) {
    case 'scalar':
    case 'rows of a query':
      return measureQuery(measure, subject);
    case 'age':
      return measureAge(measure, subject);
    case 'unpublished':
      return measureUnpublished(subject);
    case 'rejected share':
      return measureRejected(measure, subject);
    case 'drift':
      return 'model' in measure ? measureDrift(measure, subject) : measureShift(measure, subject);
    case 'mape':
    case 'wape':
    case 'bias':
      return measureErrors(measure, { ...subject, sign: expect.sign });
    case 'missing share':
      return measureMissing(measure, subject);
    case 'inertia':
      return measureInertia(measure, subject);
    case 'degradation':
      return measureDegradation(measure, { ...subject, margin: boundOf(expect, subject) });
    case 'fallback share':
      return measureFallbacks(measure, subject);
    case 'served latency':
      return measureServedLatency(measure, subject);
    case 'duration':
      return ran && measureDuration(ran, subject);
    case 'failures':
      return ran && measureFailures(ran, subject);
    case 'invalid share':
      return ran && measureInvalid(broughtBy(ran, measure.of, subject), subject);
    default:
      return ran && measureBrought(measure, ran, subject);
  }
}

/** Rows are counted when all that the run was to bring is there: what it left out because it failed is told by that. */
async function measureBrought(
  measure: Extract<Measure, { readonly measure: 'rows' | 'invalid share' | 'volume' }>,
  ran: Ran,
  subject: Subject,
): Promise<Measured | undefined> {
  const brought = broughtBy(ran, measure.of, subject);
  const ids = measure.of.map((one) => subject.project.graph.nodeOf(one).id);
  const wanted = ran.steps.filter(({ step }) => ids.includes(step)).length;
  if (brought.length < wanted) return undefined;
  return measure.measure === 'volume' ? measureVolume(brought, subject) : measureRows(brought, subject);
}

export function boundOf({ measure, bound }: Limit, { project, values }: Pick<Subject, 'project' | 'values'>): number {
  if (typeof bound === 'number') return bound;
  const text = typeof bound === 'string' ? bound : settingText(bound, values.settings, project);
  return isTime(measure) ? millisecondsOf(text as `${number} hours`) : Number(text);
}

const breaks = (sign: Limit['sign'], value: number, bound: number): boolean =>
  sign === '<=' ? value > bound : value < bound;

/** What a monitor finds; what cannot be measured is told as that, for whoever is not told believes that all is well. */
export async function figureOf(monitor: Monitor, subject: Subject): Promise<Figure | undefined> {
  const { project, values, ran } = subject;
  const { measure, sign } = monitor.expect;
  const about = {
    ...{ monitor: monitor.name, at: project.clock.now().toString(), measure: measure.measure, sign },
    date: values.date.toString(),
    ...(ran?.runId ? { run: { runId: ran.runId, job: ran.job } } : {}),
    ...(await championsOf(monitor, subject)),
  };
  try {
    const found = await measured(monitor.expect, subject);
    return found && { ...about, ...(await judge(found, monitor.expect, subject)) };
  } catch (thrown) {
    const error = said(thrown, project);
    const [why = ''] = project.redact(error instanceof Error ? error.message : String(error)).split('\n');
    const facts = error instanceof EsteiraError ? errorLines(error.toJSON()) : [];
    const parts = [{ of: 'measuring', isBroken: true }];
    return { ...about, verdict: 'failed', parts, what: `it could not be measured: ${why}`, facts, look: [] };
  }
}

/** Those that it is about, and those that a job takes back when it is raised. */
async function championsOf(
  monitor: Monitor,
  { project, values }: Subject,
): Promise<Pick<Figure, 'champions' | 'lives'>> {
  const { measure } = monitor.expect;
  const begun = [...project.graph.jobs.values()].filter(({ triggers }) =>
    triggers.some((trigger) => trigger.on === 'alerted' && trigger.of === monitor),
  );
  const models = [
    ...(measure.measure === 'degradation' ? [measure.model] : []),
    ...begun.flatMap(({ rollback }) => rollback.map(({ model }) => model)),
  ];
  const champions = models.flatMap((model) => {
    const node = project.graph.nodeOf(model);
    const version = values.settings[championKey(node)];
    return typeof version === 'string' ? [[node.id, version] as const] : [];
  });
  if (champions.length === 0) return {};
  const lives: [string, string][] = [];
  for (const [id] of champions) {
    const life = await lifeOf(project, id);
    if (life) lives.push([id, life.since.toString()]);
  }
  return { champions: Object.fromEntries(champions), lives: Object.fromEntries(lives) };
}

type Found = Pick<Figure, 'verdict' | 'value' | 'bound' | 'parts' | 'what' | 'facts' | 'look' | 'samples'>;
async function judge(found: Measured, expected: Limit, subject: Subject): Promise<Found> {
  const { sign, measure } = expected;
  const bound = boundOf(expected, subject);
  const known = found.parts.filter((part) => part.value !== undefined);
  const worst = known.toSorted((one, other) => ((one.value ?? 0) - (other.value ?? 0)) * (sign === '<=' ? -1 : 1))[0];
  const value = found.value ?? worst?.value;
  const parts = found.parts.map((part) => ({
    ...part,
    isBroken: part.value !== undefined && breaks(sign, found.value ?? part.value, bound),
  }));
  const samples = found.samples === undefined ? {} : { samples: found.samples };
  if (value === undefined || !worst)
    return {
      ...{ verdict: 'unknown', bound, parts, what: found.unknown ?? 'there is no number yet', facts: [], look: [] },
      ...samples,
    };
  const verdict: Verdict = breaks(sign, value, bound) ? 'broken' : 'held';
  const broken = parts.filter(({ isBroken }) => isBroken).map(({ of }) => of);
  const others = broken.length - 1;
  const and =
    others > 0 && found.value === undefined
      ? `, and ${others} more ${others === 1 ? 'does' : 'do'} not hold either`
      : '';
  // That none fails goes without saying, and a degradation says by how much it is judged.
  const limit =
    (measure.measure === 'failures' && bound === 0) || measure.measure === 'degradation'
      ? ''
      : `; ${boundText(measure.measure, sign, bound)} is expected`;
  const precise = valueBeside(measure.measure, value, bound);
  const isRounded = limit !== '' && verdict === 'broken' && precise !== valueText(measure.measure, value);
  const what = `${found.what(worst.of, value)}${limit}${isRounded ? `, and it is ${precise}` : ''}${and}`;
  const isTold = verdict === 'broken';
  return {
    ...{ verdict, value, bound, parts, what, ...samples },
    ...{ facts: isTold ? await found.facts(broken) : [], look: isTold ? found.look(broken) : [] },
  };
}
