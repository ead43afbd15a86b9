import { statfs } from 'node:fs/promises';
import type { AnySource } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { allSteps, endlessStreams } from '../graph/index.ts';
import { changeText } from '../plan/index.ts';
import {
  changedNext,
  changedText,
  filesOf,
  modelsOf,
  Progress,
  type Project,
  readSettings,
  setupChanges,
} from '../run/index.ts';
import { keptFinding } from './schedule/kept.ts';
import { settings } from './settings.ts';
import type { DoctorView } from './views.ts';

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
    await attempt('settings', async () => {
      await readSettings(project);
      const { length } = (await settings(project)).settings;
      return `${length} ${length === 1 ? 'value' : 'values'}, all allowed`;
    }),
    await attempt('state', async () => {
      const [last] = await project.state.runs({ limit: 1 });
      const newest = await newestPublished(project);
      if (newest > (last?.runSeq ?? 0n))
        throw new NotReady(
          `${project.state.describe} is older than the warehouse: it knows ${last?.runSeq ?? 0n} runs, and run ${newest} has published`,
          'Bring back the state that was used with the warehouse last; until then runs are refused, and nothing is lost.',
        );
      return `${project.state.describe}, ${last ? `last run ${last.runId} ${last.state}` : 'no run yet'}`;
    }),
    { what: 'owner', ok: true, found: `process ${project.owner.pid} since ${project.owner.since}` },
    ...(await keptFinding(project)),
    await diskFinding(project),
    ...(await sourceFindings(project)),
    ...(await fileFindings(project)),
  ];
  return { findings };
}

/** The greatest number of a run that has published anything: a state that does not know of it was taken back to an older moment. */
async function newestPublished(project: Project): Promise<bigint> {
  let newest = 0n;
  for (const catalog of project.graph.catalogs)
    for (const { runSeq } of (await project.warehouse.position(catalog)).latest.values())
      if (runSeq > newest) newest = runSeq;
  return newest;
}

/** A finding that is no error: nothing is broken, and somebody has something to do. */
class NotReady extends Error {
  readonly next: string;
  constructor(found: string, next: string) {
    super(found);
    this.next = next;
  }
}

/** A coded error is a finding; any other is a mistake in Esteira, and is not hidden among them. */
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

/** Files that were set aside, or that have changed since they were read: nothing of them comes in by itself. */
async function fileFindings(project: Project): Promise<readonly Finding[]> {
  const steps = allSteps(project.graph);
  const models = await modelsOf(steps, project).catch(unlessCoded);
  const progress = await Progress.load(project, project.graph.catalogs);
  const findings: Finding[] = [];
  for (const model of models) {
    const { node, reads } = model;
    const what = `files of ${node.schema}.${node.table}`;
    const bad = progress.latest(node)?.details.badFiles ?? [];
    const [first] = bad;
    if (first) {
      const others = bad.length > 1 ? `, and ${bad.length - 1} more` : '';
      const found = `set aside by its newest publication: ${first.path} (${first.why})${others}`;
      findings.push({ what, ok: false, found, next: 'Mend them, or take them away, and run the job again.' });
    }
    for (const read of reads.filter(({ how }) => how === 'new files')) {
      if (project.readerOf(read.node.definition as AnySource).by !== 'files') continue;
      const { changed } = await filesOf(read, model, { project });
      if (changed.length > 0) findings.push({ what, ok: false, found: changedText(read, changed), next: changedNext });
    }
  }
  return findings;
}

/** What is wrong with the definitions is a finding of its own. */
function unlessCoded(error: unknown): readonly never[] {
  if (error instanceof EsteiraError) return [];
  throw error;
}
