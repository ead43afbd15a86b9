import type { KnownVariable, Project, VariableState } from '../../run/index.ts';
import { fewOf } from '../names.ts';
import type { Finding } from './finding.ts';

/** What is there of a variable, and what to do about it where that is not enough. */
const words: Readonly<Record<VariableState, readonly [found: string, next: (name: string) => string]>> = {
  set: ['set', () => ''],
  wrapped: [
    'set, with white space or quotes around its value',
    () => 'Take them away where it is set, unless they are meant: they are sent with the value.',
  ],
  empty: ['empty', (name) => `Give ${name} a value where this runs, or in .env.`],
  missing: ['not set', (name) => `Set ${name} where this runs, or add a line ${name}=… to .env.`],
};

/** Each variable that this environment uses: whether it is set, and who needs it. */
export const variableFindings = ({ variables = new Map() }: Pick<Project, 'variables'>): readonly Finding[] =>
  [...variables].toSorted(([one], [other]) => (one < other ? -1 : 1)).flatMap(([name, known]) => of(name, known));

function of(name: string, { is, uses }: KnownVariable): readonly Finding[] {
  const here = uses.filter(({ isHere }) => isHere);
  if (here.length === 0) return [];
  const needing = here.filter(({ hasStandard }) => !hasStandard);
  const isThere = is === 'set' || is === 'wrapped';
  const ok = is === 'set' || (!isThere && needing.length === 0);
  const by = fewOf((isThere || needing.length === 0 ? here : needing).map((use) => use.by));
  const found =
    ok && !isThere ? `${words[is][0]}: what the definitions say is meant, for ${by}` : `${words[is][0]}, for ${by}`;
  return [{ what: `variable ${name}`, ok, found, ...(ok ? {} : { next: words[is][1](name) }) }];
}

/** Variables of these options of a reader or target that are not there, and have no standard. */
export function unsetOf(
  names: readonly string[],
  { variables = new Map() }: Pick<Project, 'variables'>,
): readonly Finding[] {
  return names.flatMap((name) => {
    const is: VariableState = variables.get(name)?.is ?? 'set';
    if (is === 'set' || is === 'wrapped') return [];
    return [{ what: `variable ${name}`, ok: false, found: words[is][0], next: words[is][1](name) }];
  });
}
