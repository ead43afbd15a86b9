import type { Columns } from '../../columns/index.ts';
import { type AnySource, type AnyTable, type Reader, variableIn } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { whereOf } from '../../graph/index.ts';
import type { FoundThere, Targets } from '../../ports/index.ts';
import { lookAtTable, type Project, said, targetOf, targetsOf } from '../../run/index.ts';
import { timeText } from '../alerts/words.ts';
import { type Finding, findingOf } from './finding.ts';
import { unsetOf } from './variables.ts';

/** Something of another system that definitions name. */
export interface Outside {
  /** `source crm.users`. */
  readonly what: string;
  /** As its reader, or its target, has them. */
  readonly options: Readonly<Record<string, string>>;
  /** What it is when it is looked at: another look for what is another. */
  readonly about: unknown;
  /** Codes of what does not make a run fail. */
  readonly forgives?: readonly string[];
  look(signal: AbortSignal): Promise<FoundThere>;
}

/** A look is waited for so long, in milliseconds: what does not answer by then may do so a little later. */
const patience = 10_000;
/** Clocks that are further apart, in milliseconds, are a finding. */
const skew = 10_000;

/** What a source is read from, where that is another system; nothing for files. */
export function outsideOfSource(
  source: AnySource,
  reader: Reader<any>, // any: whatever columns it adds
  project: Project,
  what = `source ${source.name}`,
): Outside | undefined {
  const { by, options } = reader;
  if (!project.tables?.has(by)) return undefined;
  const columns: Columns = source.columns;
  const kinds = Object.entries(columns).map(([name, { facts }]) => [name, facts]);
  return {
    ...{ what, options, about: [by, source.contract, kinds] },
    look: async (signal) => (await lookAtTable(source, reader, project, signal)) as FoundThere,
  };
}

/** Where the rows of a table are written, where that is another system. */
export function outsideOfTarget(definition: AnyTable, project: Project): Outside | undefined {
  if (!project.targets) return undefined;
  if (definition.spec.copiedTo?.copied === 'postgres') return outsideOfCopy(definition, project);
  if (!definition.spec.keptIn) return undefined;
  const { table, asked } = targetOf(definition);
  const kinds = Object.entries(asked.columns).map(([name, { facts }]) => [name, facts]);
  return {
    ...{ what: `target ${definition.name}`, options: table.options },
    about: [table.by, asked.key, asked.way, asked.changedOnly, kinds],
    look: async (signal) => targetsOf(project, definition).look(table, asked, signal),
  };
}

function outsideOfCopy(definition: AnyTable, project: Project): Outside {
  const { copied, options } = definition.spec.copiedTo as NonNullable<AnyTable['spec']['copiedTo']>;
  const table = { by: copied, options, where: whereOf(definition) };
  const asked = { of: definition.name, columns: definition.columns };
  return {
    ...{ what: `copy of ${definition.name}`, options, about: [copied] },
    look: async (signal) => (project.targets as Required<Targets>).lookAtCopy(table, asked, signal),
  };
}

/** One look, and what it has found: never waited for longer than the patience, and never thrown but for a mistake in Esteira. */
export async function lookAt(
  { what, options, forgives = [], look }: Outside,
  project: Project,
): Promise<readonly Finding[]> {
  const unset = unsetOf(namesIn(options), project);
  if (unset.length > 0) return unset.map((one) => ({ ...one, what, found: `${one.what} is ${one.found}` }));
  try {
    const { found, ahead, doubt } = await inTime(look);
    return [
      { what, ok: true, found },
      ...(doubt ? [{ what, ok: false, found: doubt.what, next: doubt.next, passes: true as const }] : []),
      ...(ahead === undefined || Math.abs(ahead) <= skew ? [] : [skewed(what, ahead)]),
    ];
  } catch (thrown) {
    const error = said(thrown, project);
    if (error instanceof EsteiraError)
      return [{ ...findingOf(what, error), ...(forgives.includes(error.code) ? { passes: true } : {}) }];
    throw thrown;
  }
}

const namesIn = (options: Readonly<Record<string, string>>): readonly string[] => [
  ...new Set(
    Object.values(options).flatMap((value) => {
      const variable = variableIn(value);
      return variable && variable.otherwise === undefined ? [variable.name] : [];
    }),
  ),
];

function skewed(what: string, ahead: number): Finding {
  const found = `its clock is ${timeText(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`;
  const next = 'Set the clock of the one that is wrong (NTP): what is new, and what was due, goes by them.';
  return { what: `clock of ${what}`, ok: false, found, next, passes: true };
}

async function inTime(look: Outside['look']): Promise<FoundThere> {
  const late = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(unanswered());
    late.abort();
  }, patience);
  try {
    const looking = look(late.signal);
    // What it says after that is of no use.
    looking.catch(() => undefined);
    return await Promise.race([looking, promise]);
  } finally {
    clearTimeout(timer);
  }
}

const unanswered = (): EsteiraError =>
  new EsteiraError('SOURCE_UNREACHABLE', {
    what: `It has not answered within ${timeText(patience)}.`,
    next: 'See whether it runs and can be reached from here.',
  });
