import type { AnySource, Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { GraphStep, Node } from '../graph/index.ts';
import { type RunRecord, type Span, spanCalled } from '../ports/index.ts';
import type { Project } from '../run/index.ts';

/** Throws NAME_UNKNOWN with the jobs that there are. */
export function jobOf(project: Project, name: string): Job {
  const job = project.graph.jobs.get(name);
  if (job) return job;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no job "${name}".`,
    allowed: [...project.graph.jobs.keys()].join(', ') || 'the project has no job yet',
    next: '`esteira status` lists the jobs, and when they run.',
  });
}

/** As people write it: without the catalog. */
export const nameOf = ({ schema, table, inside, definition }: Node): string =>
  inside ? definition.name : `${schema}.${table}`;

/** A table, view, source or settings by `schema.table` or `catalog.schema.table`. Two catalogs that have one are both named. */
export function nodeNamed(project: Project, name: string): Node | undefined {
  const { graph } = project;
  const all = [...graph.nodes.values()];
  const found = all.filter((node) => [node.id, `${node.schema}.${node.table}`, node.definition.name].includes(name));
  if (found.length > 1) {
    const ids = found.map((node) => node.id).toSorted();
    throw new EsteiraError('NAME_AMBIGUOUS', {
      what: `More than one catalog has ${name}.`,
      got: ids.join(', '),
      allowed: 'a name that says its catalog',
      next: `Write ${ids[0]}, or the other.`,
    });
  }
  return found[0];
}

/** The hour that is meant by `2026-09-14T03`, in UTC; nothing where a day is. */
export function hourIn(text: string | undefined): Span | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT([01]\d|2[0-3])$/.test(text)) return undefined;
  parseDate(text.slice(0, 'YYYY-MM-DD'.length));
  return spanCalled(text);
}

/** The command line has asked the same; other programs come by the owner's socket. */
export function parseDate(text: string): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: `"${text}" is not a date.`,
      allowed: 'YYYY-MM-DD, a day of the calendar',
      next: 'For example --date 2026-09-14',
    });
  }
}

/** What stands in for the sources that these steps read or bring in. */
export function standInsOf(project: Project, steps: readonly GraphStep[]): readonly string[] {
  const sources = new Set<AnySource>();
  for (const { node } of steps) {
    for (const definition of [node.definition, ...node.definition.dependsOn]) {
      if (definition.kind === 'source') sources.add(definition as AnySource);
    }
  }
  return [...sources].flatMap((source) => {
    const standIn = project.standInOf(source);
    return standIn ? [`${source.name}: ${standIn} in place of ${calledReader(source.reader)}`] : [];
  });
}

const calledReader = ({ by, choices }: AnySource['reader']): string =>
  choices ? `the first of ${choices.map(calledReader).join(', ')}` : by;

const fewRuns = 100;

/** `latest`, a run's id, or its beginning. */
export async function runNamed(project: Project, name: string): Promise<RunRecord> {
  const exact = await project.state.run(name);
  if (exact) return exact;
  const wanted = name === 'latest' ? { limit: 1 } : { begins: name, limit: fewRuns };
  const found = name === '' ? [] : await project.state.runs(wanted);
  if (found[0] && found.length === 1) return found[0];
  throw new EsteiraError('NAME_UNKNOWN', {
    what:
      found.length > 1
        ? `${found.length}${found.length === fewRuns ? ' runs or more' : ' runs'} begin with ${name}.`
        : name === 'latest'
          ? 'There is no run yet.'
          : `There is no run ${name}.`,
    allowed: 'the id of a run, its beginning where it is the only one, or latest',
    next: 'esteira runs',
  });
}

/** `silver.tb_x_invalidos` is made by `silver.tb_x`. */
export function invalidNode(project: Project, name: string): Node | undefined {
  const { suffix } = project.graph;
  const refusing = name.endsWith(suffix) ? nodeNamed(project, name.slice(0, -suffix.length)) : undefined;
  const { definition } = refusing ?? {};
  const isKept = definition?.kind === 'table' && definition.spec.invalid === 'set aside';
  return isKept ? project.graph.nodeOf(definition.invalid) : undefined;
}

/** The first of a list, and how many more there are. */
export const fewOf = (names: readonly string[]): string =>
  names.slice(0, 8).join(', ') + (names.length > 8 ? `, and ${names.length - 8} more` : '');

export const unknownName = (name: string, nodes: readonly Node[]): EsteiraError => {
  const all = nodes.map((node) => `${node.schema}.${node.table}`);
  const near = all.filter((other) => other.includes(name.split('.').at(-1) ?? name));
  return new EsteiraError('NAME_UNKNOWN', {
    what: `Nothing is called ${name}.`,
    allowed: fewOf(near.length > 0 ? near : all) || 'the project has no tables yet',
    next: 'A name is schema.table, a job (`esteira status` lists them), or a run (`esteira runs`).',
  });
};
