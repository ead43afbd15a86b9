import { EsteiraError } from '../errors.ts';
import { cleaned, type Project, said } from '../run/index.ts';
import { alerts, monitors, testAlerts } from './alerts/look.ts';
import { deliverBeforeEnd } from './alerts/tell.ts';
import { approveLines, editLine, rejectLines } from './approvals/decide.ts';
import { exportLines, importLines } from './approvals/exchange.ts';
import { list as listLines, showLine } from './approvals/list.ts';
import { cancel } from './cancel.ts';
import { checklist } from './checklist/checklist.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor/doctor.ts';
import { backup } from './keep/backup.ts';
import { gc } from './keep/gc.ts';
import { lineage } from './lineage.ts';
import { compile, logs, query, runs, show } from './look.ts';
import { compare } from './models/compare.ts';
import { approve, reject } from './models/decide.ts';
import { importModel } from './models/import.ts';
import { history, models } from './models/list.ts';
import { promote } from './models/move.ts';
import { rollback } from './models/rollback.ts';
import { show as showVersion } from './models/show.ts';
import { thaw } from './models/thaw.ts';
import { plan } from './plan.ts';
import { retrain } from './preview/preview.ts';
import { publishBeforeEnd, publishModels } from './publish/publish.ts';
import { backfill } from './rerun/backfill.ts';
import { reprocess } from './rerun/reprocess.ts';
import { reset } from './rerun/reset.ts';
import { resume } from './rerun/resume.ts';
import { run } from './run.ts';
import { start } from './schedule/start.ts';
import { setSetting, settings, settingsHistory, settingsSql } from './settings.ts';
import { check, setup } from './setup.ts';
import { nameShadow } from './shadow/name.ts';
import { endpointReport } from './shadow/report.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import type { Context, Input, OperationName, Output, RunEvent } from './views.ts';
import { writeBack } from './write-back.ts';

export type { Project } from '../run/index.ts';
export type * from './views.ts';

type Carry<Name extends OperationName> = (
  project: Project,
  input: Input<Name>,
  context: Context,
) => Promise<Output<Name>>;

const all: { readonly [Name in OperationName]: Carry<Name> } = {
  check,
  setup,
  plan,
  run,
  backfill,
  reprocess,
  reset,
  resume,
  cancel,
  sync,
  compile,
  runs,
  show,
  lineage,
  'write-back': writeBack,
  logs,
  query,
  settings,
  'settings history': settingsHistory,
  'settings set': setSetting,
  'settings sql': settingsSql,
  start,
  alerts,
  'alerts test': testAlerts,
  monitors,
  retrain,
  models,
  'models show': showVersion,
  'models import': importModel,
  'models compare': compare,
  'models history': history,
  'models promote': promote,
  'models rollback': rollback,
  'models thaw': thaw,
  approve,
  reject,
  'approvals list': listLines,
  'approvals show': showLine,
  'approvals approve': approveLines,
  'approvals reject': rejectLines,
  'approvals edit': editLine,
  'approvals export': exportLines,
  'approvals import': importLines,
  status,
  doctor,
  diagnose,
  checklist,
  diff,
  gc,
  backup,
  publish: publishModels,
  'endpoint shadow': nameShadow,
  'endpoint report': endpointReport,
};

/** People are told of what these do, and their process may end with them. */
const raises: readonly OperationName[] = ['run', 'models import', 'resume', 'backfill', 'reprocess', 'sync', 'cancel'];

/** Champions are moved, rows published and settings changed by what these do, and their process may end with them. */
const releases: readonly OperationName[] = [
  ...(['run', 'models import', 'resume', 'backfill', 'reprocess'] as const),
  ...(['models promote', 'models rollback', 'models thaw', 'approve', 'settings set', 'settings sql'] as const),
];

/** These leave the warehouse as it is: who asks waits for no upload, and is not told that one failed. */
const asks: readonly OperationName[] = [
  ...([
    'check',
    'plan',
    'runs',
    'show',
    'lineage',
    'write-back',
    'logs',
    'query',
    'diff',
    'compile',
    'backup',
  ] as const),
  ...(['settings', 'settings history', 'alerts', 'alerts test', 'monitors', 'retrain', 'endpoint report'] as const),
  ...(['models', 'models show', 'models compare', 'models history'] as const),
  ...(['approvals list', 'approvals show', 'approvals approve', 'approvals reject', 'approvals edit'] as const),
  ...(['approvals export', 'approvals import'] as const),
  ...(['status', 'doctor', 'diagnose', 'checklist'] as const),
];

/** Values of rows are among what these give. */
const isOfRows = (name: OperationName): boolean =>
  ['query', 'show', 'diff'].includes(name) || name.startsWith('approvals ');

/** What arrives at the owner's socket is only a text; names that every object has are no operations. */
function refuseUnknown(name: string, input: unknown): void {
  const isKnown = Object.hasOwn(all, name);
  if (isKnown && typeof input === 'object' && input !== null) return;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: isKnown ? `The operation ${name} was asked for without its input.` : 'There is no such operation.',
    got: isKnown ? String(input) : name,
    allowed: isKnown ? 'an object, as esteira/operate describes it' : Object.keys(all).join(', '),
    next: 'Correct what asks for it; `esteira --help` lists what people can do.',
  });
}

/**
 * Everything that can be done with a project; the command line and the owner's socket are thin over it. Throws COMMAND_UNKNOWN for a name or an
 * input that is none, and each operation's own errors: coded, without secret values, with places below the project's folder.
 */
export async function operate<Name extends OperationName>(
  project: Project,
  name: Name,
  input: Input<Name>,
  context: Context,
): Promise<Output<Name>> {
  try {
    refuseUnknown(name, input);
    const emit = (event: RunEvent): void => context.emit(cleaned(event, project));
    const output = await (all[name] as Carry<Name>)(project, input, { ...context, emit }).finally(async () => {
      // A run is what it is, whatever can be told of it.
      if (raises.includes(name)) await deliverBeforeEnd(project, { emit }).catch(() => undefined);
      if (releases.includes(name)) await publishBeforeEnd(project, { emit }).catch(() => undefined);
    });
    // What is not kept is not done.
    if (!asks.includes(name)) await project.warehouse.keep?.();
    // Rows are what they are: a value among them may well be equal to a secret.
    return isOfRows(name) ? output : cleaned(output, project);
  } catch (error) {
    throw said(error, project);
  }
}
