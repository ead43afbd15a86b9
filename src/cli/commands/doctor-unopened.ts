import { EsteiraError, ofSystem } from '../../errors.ts';
import type { DoctorView } from '../../operate/views.ts';
import type { Typed } from '../command.ts';

/** These are about the command, or about whoever else has the project. */
const others = ['COMMAND_UNKNOWN', 'PROJECT_NOT_FOUND', 'ENVIRONMENT_UNKNOWN', 'CANCELLED'];
const elsewhere = /^(OWNER_|OWNED_)/;

/** What can be said of a project that cannot be opened: what keeps it from that, and its variables. Throws what is no such thing. */
export async function unopened(thrown: unknown, typed: Typed): Promise<DoctorView> {
  const error = thrown instanceof EsteiraError ? thrown : ofSystem(thrown);
  if (!error || others.includes(error.code) || elsewhere.test(error.code)) throw thrown;
  const [{ findProject }, { variablesOf }, { findingOf }, { variableFindings }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/unopened.ts'),
    import('../../operate/doctor/finding.ts'),
    import('../../operate/doctor/variables.ts'),
  ]);
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  // What keeps its files from being loaded is told already.
  const variables = await variablesOf(folder, typed.texts.get('env')).catch(() => new Map());
  return { findings: [findingOf('project', error), ...variableFindings({ variables })] };
}
