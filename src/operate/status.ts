import { statfs } from 'node:fs/promises';
import type { AnySource } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { allSteps, endlessStreams } from '../graph/index.ts';
import { changeText } from '../plan/index.ts';
import { nextTick, whenText } from '../plan/ticks.ts';
import { modelsOf, type Project, readSettings, setupChanges } from '../run/index.ts';
import type { DoctorView, StatusView } from './views.ts';
import { runView } from './views-of.ts';

export async function status(project: Project): Promise<StatusView> {
  const { graph, state } = project;
  const now = project.clock.now();
  const recent = await state.runs({ limit: 200 });
  const running = await Promise.all(
    recent.filter((run) => run.state === 'running').map(async (run) => runView(run, await state.steps(run.runId))),
  );
  const jobs = await Promise.all(
    [...graph.jobs.values()].map(async (job) => {
      const [last] = await state.runs({ job: job.name, limit: 1 });
      const next = nextTick(job, now);
      return {
        job: job.name,
        when: whenText(job),
        ...(last
          ? {
              last: {
                runId: last.runId,
                date: last.date.toString(),
                state: last.state,
                ...(last.finishedAt ? { finishedAt: last.finishedAt.toString() } : {}),
              },
            }
          : {}),
        ...(next ? { next: next.toString() } : {}),
      };
    }),
  );
  return { environment: project.environment, owner: project.owner, running, jobs };
}

type Finding = DoctorView['findings'][number];

/** Looks at everything a run needs; each finding is one sentence, with what to do. */
export async function doctor(project: Project): Promise<DoctorView> {
  const findings: Finding[] = [
    { what: 'versions', ok: true, found: versionsText(project) },
    await attempt('definitions and queries', async () => {
      const models = await modelsOf(allSteps(project.graph), project);
      return `${models.length} tables, views and streams described`;
    }),
    await attempt('set-up', async () => {
      const changes = [
        ...(await setupChanges(await modelsOf(allSteps(project.graph), project), project)).values(),
      ].flat();
      if (changes.length > 0)
        throw new NotReady(
          `${changes.length} changes are missing, such as: ${changes.slice(0, 2).map(changeText).join('; ')}`,
          'esteira setup',
        );
      return 'every table and column is there';
    }),
    await attempt('settings', async () => `${Object.keys(await readSettings(project)).length} values, all allowed`),
    await attempt('state', async () => {
      const [last] = await project.state.runs({ limit: 1 });
      return `${project.state.describe}, ${last ? `last run ${last.runId} ${last.state}` : 'no run yet'}`;
    }),
    { what: 'owner', ok: true, found: `process ${project.owner.pid} since ${project.owner.since}` },
    await diskFinding(project),
    ...(await sourceFindings(project)),
  ];
  return { findings };
}

class NotReady extends Error {
  readonly next: string;
  constructor(found: string, next: string) {
    super(found);
    this.next = next;
  }
}

async function attempt(what: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, found: await look() };
  } catch (error) {
    if (error instanceof NotReady) return { what, ok: false, found: error.message, next: error.next };
    if (error instanceof EsteiraError)
      return { what, ok: false, found: `${error.code}: ${error.message}`, next: error.details.next };
    throw error;
  }
}

const versionsText = (project: Project): string =>
  [
    `Esteira ${project.version}`,
    `Node ${process.versions.node}`,
    ...Object.entries(project.warehouse.versions).map(([name, version]) => `${name} ${version}`),
  ].join(', ');

async function diskFinding(project: Project): Promise<Finding> {
  const { bavail, bsize } = await statfs(project.folder);
  const free = (bavail * bsize) / 1e9;
  const found = `${free.toFixed(1)} GB free`;
  return free >= 1
    ? { what: 'disk', ok: true, found }
    : {
        what: 'disk',
        ok: false,
        found,
        next: 'Make room: less than 1 GB is left for the tables and for what does not fit in memory.',
      };
}

/** Each source can be read here, and files are there. */
async function sourceFindings(project: Project): Promise<readonly Finding[]> {
  const streams = endlessStreams(project.graph);
  const sources = [...project.graph.nodes.values()].filter((node) => node.definition.kind === 'source');
  const findings: Finding[] = [];
  for (const node of sources) {
    const source = node.definition as AnySource;
    const reader = project.readerOf(source);
    const what = `source ${source.name}`;
    if (reader.by !== 'files') {
      const next = 'Name a stand-in for it in the environment: standIns of esteira.config.ts';
      findings.push({ what, ok: false, found: `this version has no reader for ${reader.by}`, next });
      continue;
    }
    const pattern = (reader.options.pattern ?? '').replaceAll('{date}', '*');
    const listed = await project.files.list(pattern);
    const found = `${listed.length} files ${pattern} in ${project.files.describe}${streams.has(source) ? ', brought in by sync' : ''}`;
    findings.push(
      listed.length > 0
        ? { what, ok: true, found }
        : { what, ok: false, found, next: 'Put files there, or correct the pattern.' },
    );
  }
  return findings;
}
