import { createHash } from 'node:crypto';
import type { AnyTable } from '../define/index.ts';
import { type Node, receiptsOf } from '../graph/index.ts';
import { readsDay, type StepModel } from '../plan/index.ts';
import type { Bound, Drift, Position, PublicationDetails, SourceFile, TableSnapshot } from '../ports/index.ts';
import { isCaptured } from './capture/captured.ts';
import type { Owed } from './choices.ts';
import { absentText, changedNext, changedText, filesAgain, filesOf } from './files.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';
import { knownSpan } from './spans.ts';
import { boundsOfTable, tableOf } from './tables.ts';

/** How far each table has come, as this run knows it; a step that publishes moves its own on. */
export class Progress {
  readonly #positions = new Map<string, Position>();
  readonly #sequences = new Map<string, bigint>();
  readonly #generations = new Map<string, string>();

  static async load(project: Project, catalogs: Iterable<string>): Promise<Progress> {
    const progress = new Progress();
    for (const catalog of new Set(catalogs)) {
      const position = await project.warehouse.position(catalog);
      progress.#positions.set(catalog, position);
      for (const [target, fence] of position.fences) progress.#sequences.set(`${catalog}.${target}`, fence.sequence);
      for (const [name, generation] of position.generations)
        progress.#generations.set(`${catalog}.${name}`, generation);
    }
    return progress;
  }

  /** What an earlier attempt published may lie behind what a later run has: nothing goes back. */
  published(id: string, sequence: bigint): void {
    if (sequence > this.sequenceOf(id)) this.#sequences.set(id, sequence);
  }
  /** A table that this run has built anew: those below read it from the start. */
  madeAnew(id: string, generation: string): void {
    this.#generations.set(id, generation);
  }
  sequenceOf(id: string): bigint {
    return this.#sequences.get(id) ?? 0n;
  }
  /** Which table of that name it is. */
  generationOf(id: string): string | undefined {
    return this.#generations.get(id);
  }
  /** How far the target has read a source; nothing of a table that has taken the place of the one that it read. */
  watermark(target: Node, source: string): bigint | undefined {
    const mark = this.#positions.get(target.catalog)?.watermarks.get(`${target.schema}.${target.table}`)?.get(source);
    return mark?.generation === this.generationOf(source) ? mark?.upper : undefined;
  }
  /** Of all sources of which the name is this, or begins with it and a colon. */
  watermarks(target: Node, source: string): ReadonlyMap<string, bigint> {
    const marks = this.#positions.get(target.catalog)?.watermarks.get(`${target.schema}.${target.table}`) ?? new Map();
    const own = [...marks.keys()].filter((name) => name === source || name.startsWith(`${source}:`));
    return new Map(own.map((name) => [name, this.watermark(target, name) as bigint]));
  }
  latest(target: Node) {
    return this.#positions.get(target.catalog)?.latest.get(`${target.schema}.${target.table}`);
  }
}

/** What a step will read, as its first attempt finds it. */
export interface Reach {
  readonly bounds: readonly Bound[];
  /** By source id. */
  readonly files: ReadonlyMap<string, readonly SourceFile[]>;
  /** Ids of sources that are tables elsewhere: nobody can tell that nothing has changed in them. */
  readonly tables: readonly string[];
  /** Of such that are read by times: how far they had come with the newest that was read. */
  readonly spans?: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  /** What a person should know of files that have changed since they were read, or are not there, and of rows that wait elsewhere. */
  readonly changed: readonly string[];
  /** Of a source that is read from the first that can be reached. */
  readonly owed?: Owed;
  /** Those of the last publication: they still stand when nothing has changed. */
  readonly badFiles: PublicationDetails['badFiles'];
  /** How files differed from what their sources declare, after the last publication. */
  readonly drift: readonly Drift[];
  /** Of a copy that is a file: what was put there last, and whether it still is what is there. */
  readonly copy?: { readonly fingerprint: string; readonly isThere: boolean };
}

export async function reachOf(
  model: StepModel,
  options: {
    readonly project: Project;
    readonly progress: Progress;
    readonly date: Temporal.PlainDate;
    /** When the run was due; absent where it is only looked at what a run would do. */
    readonly at?: Temporal.Instant;
    /** Whatever it has read before, or what its invalid rows are made of. */
    readonly rerun?: Rerun;
    /** Of a step that is carried out: tables elsewhere are asked how far they have come. */
    readonly snapshot?: TableSnapshot;
    readonly signal?: AbortSignal;
  },
): Promise<Reach> {
  const { project, progress, rerun } = options;
  const bounds = new Map<string, Bound>();
  const files = new Map<string, readonly SourceFile[]>();
  const tables: string[] = [];
  const spans = new Map<string, ReadonlyMap<string, bigint>>();
  const changed: string[] = [];
  const lookedUp = new Set(model.reads.flatMap(({ matches = [] }) => matches.map(({ right }) => right.id)));
  for (const read of model.reads) {
    const { node } = read;
    if (node.definition.kind === 'settings') continue;
    if (isCaptured(model, project)) {
      tables.push(node.id);
      continue;
    }
    if (read.how === 'files' || read.how === 'new files') {
      const table = tableOf(read, project);
      if (table) {
        tables.push(node.id);
        if (readsDay(read)) spans.set(node.id, knownSpan(read, model, progress));
        const { bounds: own, waits } = await boundsOfTable(read, table, { ...options, model });
        for (const bound of own) bounds.set(bound.source, bound);
        if (waits) changed.push(waits);
        continue;
      }
      const listed = await filesOf(read, model, options);
      files.set(node.id, rerun ? await filesAgain(read, model, { ...options, rerun }) : listed.toRead);
      if (listed.all.length === 0) changed.push(absentText(read, options));
      if (listed.changed.length > 0) changed.push(`${changedText(read, listed.changed)}. ${changedNext(model)}`);
      if (read.how === 'files')
        bounds.set(`files:${node.id}`, { source: `files:${node.id}`, upper: fingerprint(listed.toRead) });
    } else {
      for (const table of tablesBehind(node, project)) {
        const upper = progress.sequenceOf(fencedId(table, project));
        const lower = rerun === 'anew' ? 0n : (progress.watermark(model.node, table.id) ?? 0n);
        const isNew = read.how === 'new' || lookedUp.has(table.id) || bounds.get(table.id)?.lower !== undefined;
        bounds.set(table.id, { source: table.id, ...(isNew ? { lower } : {}), upper, ...generation(table, progress) });
      }
    }
  }
  if (judgesAll(model)) {
    for (const node of model.asked.flatMap((asked) => tablesBehind(asked, project))) {
      if (node.id === model.node.id || bounds.has(node.id)) continue;
      const upper = progress.sequenceOf(fencedId(node, project));
      bounds.set(node.id, { source: node.id, upper, ...generation(node, progress) });
    }
  }
  const { badFiles = [], drift = [], copy: put } = progress.latest(model.node)?.details ?? {};
  const copy = put === undefined ? {} : { copy: await copyOf(model, put, project) };
  return { bounds: [...bounds.values()], files, tables, spans, changed, badFiles, drift, ...copy };
}

/** Somebody may have lost the file, or written there; a store that does not answer says nothing of that. */
async function copyOf({ node }: StepModel, fingerprint: string, { files }: Project): Promise<Required<Reach>['copy']> {
  const path = receiptsOf(node.definition)?.spec.copiedTo?.options['path'];
  const isThere = path === undefined || (await files.isAsListed({ path, fingerprint }).catch(() => true));
  return { fingerprint, isThere };
}

function generation(table: Node, progress: Progress): Pick<Bound, 'generation'> {
  const found = progress.generationOf(table.id);
  return found === undefined ? {} : { generation: found };
}

/** Every table that a step writes, reads or asks: where a view stands, those behind it. */
export const tablesOf = ({ node, reads, asked }: StepModel, project: Project): readonly Node[] => [
  node,
  ...[...reads.map((read) => read.node), ...asked].flatMap((one) => tablesBehind(one, project)),
];

/** A table that starts anew judges every row again, so what its rules and checks ask counts as read. */
export const judgesAll = (model: StepModel): boolean => (model.node.definition as AnyTable).spec?.write === 'replace';

/** It was to read up to where its source has not come: the source is older than it was. */
export function isBeyond(
  { source, upper }: Bound,
  { project, progress }: { readonly project: Project; readonly progress: Progress },
): boolean {
  const node = project.graph.nodes.get(source) ?? invalidOf(source, project);
  return node !== undefined && upper > progress.sequenceOf(fencedId(node, project));
}
/** A table of invalid rows is found by the table that refused them. */
function invalidOf(id: string, { graph }: Project): Node | undefined {
  return id.endsWith(graph.suffix) ? graph.nodes.get(id.slice(0, -graph.suffix.length)) : undefined;
}

/** A view stands for the tables that it reads. */
function tablesBehind(node: Node, project: Project): readonly Node[] {
  const { definition } = node;
  if (definition.kind === 'settings') return [];
  if (definition.kind !== 'table' || definition.spec.write !== 'view') return [node];
  return definition.spec.rows.reads.flatMap((above) => tablesBehind(project.graph.nodeOf(above), project));
}

/** A table of invalid rows is written under the fence of the table that refused them. */
function fencedId(node: Node, project: Project): string {
  const refusedBy = (node.definition as AnyTable).spec?.refusedBy;
  return refusedBy ? project.graph.nodeOf(refusedBy).id : node.id;
}

const fingerprint = (files: readonly SourceFile[]): bigint => {
  const text = files.map((file) => `${file.path} ${file.fingerprint}`).join('\n');
  return BigInt.asUintN(62, createHash('sha256').update(text).digest().readBigUInt64BE());
};
