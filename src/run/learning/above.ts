import type { AnyModel, AnyTable, Definition } from '../../define/index.ts';
import { isReference } from '../../define/index.ts';
import type { Graph } from '../../graph/index.ts';
import { mentionsOf } from '../../plan/index.ts';
import type { SettingValues } from '../settings.ts';

/** Everything that a model, and the tables above it, take from settings: by name, as the engine spells it. */
export function settingsAbove(model: AnyModel, values: SettingValues, graph: Graph): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const seen = new Set<Definition>();
  const take = (of: Definition, setting?: string): void => {
    const { id } = graph.nodeOf(of);
    const value = values[setting === undefined ? id : `${id}.${setting}`];
    if (value !== undefined) found.set(setting === undefined ? of.name : `${of.name}.${setting}`, value);
  };
  const open: Definition[] = [...model.facts.from.reads];
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.kind === 'settings') take(next);
    if (next.kind !== 'table') continue;
    const { rows, rules } = (next as AnyTable).spec;
    const queries = [rows, ...Object.values(rules).filter((rule) => !isReference(rule))];
    for (const query of queries as (typeof rows)[]) {
      const { settings, readables } = mentionsOf(query);
      for (const { of, setting } of settings) take(of, setting);
      for (const readable of readables) open.push(...readable.reads);
    }
  }
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
