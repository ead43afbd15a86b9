import { type Duration, millisecondsOf } from '../../columns/index.ts';
import { type AnyModel, type GateLimit, isTimed } from '../../define/index.ts';
import type { JudgedLimit, LaterLimit, VersionAbout } from '../../registry/about.ts';
import type { Project } from '../project.ts';
import { type SettingValues, settingText } from '../settings.ts';
import type { Figured } from './figures.ts';

export type Judged = Pick<
  Figured,
  | 'member'
  | 'measures'
  | 'unknown'
  | 'unjudged'
  | 'champion'
  | 'beside'
  | 'compared'
  | 'incomparable'
  | 'rows'
  | 'held'
  | 'samples'
>;

/** What every limit of the gate says of every member; a figure that is not known does not pass. */
export function judge(
  { facts }: AnyModel,
  members: readonly Judged[],
  {
    settings,
    project,
    isBroken = false,
    champion: hasChampion = false,
  }: {
    readonly settings: SettingValues;
    readonly project: Project;
    /** There is a champion, of which the files cannot be read. */
    readonly isBroken?: boolean;
    /** There is one that its shadow can be seen beside. */
    readonly champion?: boolean;
  },
): VersionAbout['gate'] {
  const boundOf = ({ bound, measure }: GateLimit): Pick<JudgedLimit, 'bound' | 'setting'> => {
    const given = typeof bound === 'object' ? settingText(bound, settings, project) : bound;
    // Of a time, milliseconds.
    const number = isTimed(measure) ? millisecondsOf(given as Duration) : Number(given);
    return { bound: number, ...(typeof bound === 'object' ? { setting: `${bound.of.name}.${bound.setting}` } : {}) };
  };
  const later = hasChampion ? laterLimits(facts.gate, boundOf) : [];
  const limits = facts.gate
    .filter((limit) => !isLater(limit))
    .map((limit): JudgedLimit => {
      const { judges, sign } = limit;
      const own = boundOf(limit);
      const { bound: number } = own;
      const judged = members.map((of) => {
        const {
          member,
          measures,
          unknown,
          unjudged,
          champion,
          beside: ownRows,
          compared,
          incomparable,
          rows,
          held,
          samples = held || rows,
        } = of;
        // Of rows that the champion was made of the two are not compared.
        const judged = (sign === 'no worse' ? ownRows : undefined) ?? measures;
        const value = judges === 'samples' ? samples : known(judged[judges]);
        const isSame = sign === 'no worse' || ownRows === undefined;
        const beside = judges === 'samples' || !isSame ? undefined : known(champion?.[judges]);
        const compares = !isBroken && incomparable === undefined;
        const passed = holds({ sign, bound: number, judges, compares }, value, beside);
        return {
          member,
          ...(value === undefined ? whyOf(unjudged ?? unknown?.[judges]) : { value }),
          ...(beside === undefined ? {} : { champion: beside }),
          ...(sign === 'no worse' && beside !== undefined && compared !== undefined ? { compared } : {}),
          ...(sign === 'no worse' && value !== undefined
            ? whyOf(isBroken ? 'its files cannot be read' : incomparable)
            : {}),
          passed,
        };
      });
      return {
        measure: judges,
        sign,
        ...own,
        members: judged,
        passed: judged.length > 0 && judged.every(({ passed }) => passed),
      };
    });
  const passed = limits.every((limit) => limit.passed);
  return {
    passed,
    ...(!passed && isBroken && limits.every(onlyUnread) ? { unread: true } : {}),
    limits,
    ...(later.length > 0 ? { later } : {}),
  };
}

const isLater = ({ measure }: GateLimit): boolean => typeof measure === 'object' && measure.judged === 'shadow';

const laterLimits = (
  gate: readonly GateLimit[],
  boundOf: (limit: GateLimit) => Pick<JudgedLimit, 'bound' | 'setting'>,
): readonly LaterLimit[] =>
  gate.flatMap((limit): readonly LaterLimit[] => {
    const { judges, measure, sign } = limit;
    if (typeof measure !== 'object' || measure.judged !== 'shadow' || sign === 'no worse') return [];
    const { shows, requests } = measure;
    return [{ measure: judges, shows, sign, requests, ...boundOf(limit) }];
  });

/** Whether a limit holds, or would be known but for the champion that cannot be read. */
const onlyUnread = ({ sign, passed, members }: JudgedLimit): boolean =>
  passed || (sign === 'no worse' && members.length > 0 && members.every(({ value }) => value !== undefined));

const whyOf = (why: string | undefined): { readonly why?: string } => (why === undefined ? {} : { why });
const known = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);

/** Measures of which less is better. */
const losses: ReadonlySet<string> = new Set([
  'inertia',
  'inertia_per_row',
  'moved_share',
  'log_loss',
  'brier',
  'calibration_error',
  'rmse',
  'mae',
  'mape',
  'wape',
]);

/** Of these 0 is best. */
const sided: ReadonlySet<string> = new Set(['bias']);

function holds(
  of: Pick<GateLimit, 'sign' | 'judges'> & { readonly bound: number; readonly compares: boolean },
  value: number | undefined,
  champion: number | undefined,
): boolean {
  const { sign, bound, judges } = of;
  if (value === undefined) return false;
  if (sign === '>=') return value >= bound;
  if (sign === '<=') return value <= bound;
  // Without a champion there is nothing that it could be worse than.
  if (champion === undefined) return of.compares;
  if (sided.has(judges)) return Math.abs(value) <= Math.abs(champion) + bound;
  return losses.has(judges) ? value <= champion + bound : value >= champion - bound;
}
