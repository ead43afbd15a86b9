import type { AnyTable } from '../../define/index.ts';
import type { Graph, Node } from '../../graph/index.ts';
import { settingsPath, settingsTaken, tableFolder } from '../../serve/tables/index.ts';
import { labelIn } from '../alerts/subject.ts';

/** What endpoints read where they are served: rows of a table, or values of settings. */
export type Served =
  | { readonly of: 'table'; readonly endpoint: string; readonly id: string; readonly node: Node<AnyTable> }
  | { readonly of: 'settings'; readonly endpoint: string; readonly id: string; readonly settings: readonly string[] };

/** Each table once for each endpoint that looks it up, and each endpoint's settings, where it takes some. */
export function servedBy(graph: Graph): readonly Served[] {
  return [...graph.endpoints.values()].flatMap(({ name: endpoint, facts }): readonly Served[] => {
    const tables = [...new Set(Object.values(facts.lookup))].map((table): Served => {
      const node = graph.nodeOf(table) as Node<AnyTable>;
      return { of: 'table', endpoint, id: tableFolder(endpoint, node.id), node };
    });
    const taken = settingsTaken(facts, (definition) => graph.nodeOf(definition).id);
    const settings = [...new Set(taken.map(({ id }) => id))];
    return settings.length === 0
      ? tables
      : [...tables, { of: 'settings', endpoint, id: settingsPath(endpoint), settings }];
  });
}

/** What is published, as people read it: a model, or what an endpoint reads. */
export function publishedLabel(graph: Graph, id: string): string {
  const [, endpoint, what] = /^endpoints\/([^/]+)\/(.+)$/.exec(id) ?? [];
  if (endpoint === undefined || what === undefined) return labelIn(graph, id);
  const table = what.startsWith('tables/') ? labelIn(graph, what.slice('tables/'.length)) : 'settings';
  return `${table} of endpoint ${endpoint}`;
}
