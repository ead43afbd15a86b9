import { allSteps } from '../../graph/index.ts';
import { changeText } from '../../plan/index.ts';
import { modelsOf, type Project, readSettings, setupChanges } from '../../run/index.ts';
import { heardFindings } from '../alerts/heard.ts';
import { keptFinding } from '../schedule/kept.ts';
import { settings } from '../settings.ts';
import type { DoctorView, Input } from '../views.ts';
import { agreement } from './agreement.ts';
import { awake, clocks, owning } from './awake.ts';
import { championFindings } from './champions.ts';
import { changeFindings } from './changes.ts';
import { endpointFindings } from './endpoints.ts';
import { engineFindings } from './engines.ts';
import { fileFindings, sourceFindings } from './files.ts';
import { attempt, type Finding, NotReady } from './finding.ts';
import { peopleFinding } from './people.ts';
import { landing, mayCreate } from './places.ts';
import { roomFindings } from './room.ts';
import { storeFindings } from './stores.ts';
import { targetFindings } from './targets.ts';
import { treesFinding } from './trees.ts';
import { variableFindings } from './variables.ts';

/**
 * Looks at everything a run needs; each finding is one sentence, with what to do. What cannot be looked at is one too. Changes nothing, but with
 * `reconcile` brings the state to what the warehouse knows.
 */
export async function doctor(project: Project, { reconcile = false }: Input<'doctor'>): Promise<DoctorView> {
  const looks: readonly (readonly [what: string, look: () => Promise<string | readonly Finding[]>])[] = [
    ['variables', async () => variableFindings(project)],
    ['definitions and queries', () => described(project)],
    ['set-up', () => setUp(project)],
    ['settings', () => allowed(project)],
    ['state', () => agreement(project, reconcile)],
    ['clocks', () => clocks(project)],
    ['owner', async () => owning(project)],
    ['engine', () => awake(project)],
    ['permission to create', () => mayCreate(project)],
    ['schedules', () => keptFinding(project)],
    ['alerts', () => heardFindings(project)],
    ['disk', () => roomFindings(project)],
    ['sources', () => sourceFindings(project)],
    ['targets', () => targetFindings(project)],
    ['changes', () => changeFindings(project)],
    ['landing', () => landing(project)],
    ['files', () => fileFindings(project)],
    ['people', async () => peopleFinding(project)],
    ['champions', () => championFindings(project)],
    ['models', () => storeFindings(project)],
    ['endpoints', () => endpointFindings(project)],
    ['trees', () => treesFinding(project)],
    ['engines', () => engineFindings(project)],
  ];
  const findings: Finding[] = [{ what: 'versions', ok: true, found: versionsText(project) }];
  for (const [what, look] of looks) findings.push(...(await attempt(what, project, look)));
  return { findings };
}

async function described(project: Project): Promise<string> {
  const models = await modelsOf(allSteps(project.graph), project);
  return `${models.length} tables, views and streams described`;
}

async function setUp(project: Project): Promise<string> {
  const models = await modelsOf(allSteps(project.graph), project);
  const changes = [...(await setupChanges(models, project)).values()].flat();
  if (changes.length === 0) return 'every table and column is there';
  const such = changes.slice(0, 2).map(changeText).join('; ');
  throw new NotReady(`${changes.length} changes are missing, such as: ${such}`, 'esteira setup');
}

async function allowed(project: Project): Promise<string> {
  await readSettings(project);
  const { length } = (await settings(project)).settings;
  return `${length} ${length === 1 ? 'value' : 'values'}, all allowed`;
}

const versionsText = (project: Project): string =>
  [
    `Esteira ${project.version}`,
    `Node ${process.versions.node}`,
    ...Object.entries(project.warehouse.versions).map(([name, version]) => `${name} ${version}`),
  ].join(', ');
