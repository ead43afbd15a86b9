import { type Columns, keyOf } from '../../columns/index.ts';
import type { AnySettings } from '../../graph/index.ts';
import type { Project } from '../project.ts';

export interface ChangedParameter {
  /** As people write it: `config.period.days`, `config.levels[gold].floor`. */
  readonly name: string;
  readonly trained?: string;
  readonly now?: string;
}
/** By name, as a version keeps them. */
export type Known = Readonly<Record<string, string>>;

/** What differs between two readings of the settings above a model, of a table of them each value of each row. */
export function parameterChanges({ graph }: Project, then: Known, now: Known): readonly ChangedParameter[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])].toSorted().flatMap((name) => {
    const [before, after] = [then[name], now[name]];
    if (after === before) return [];
    const table = settingsCalled(graph, name);
    if (table) return rowChanges(table, name, before, after);
    return [{ name, ...textOf('trained', before), ...textOf('now', after) }];
  });
}

/** A version keeps all rows of a table of settings by the table's name. */
const settingsCalled = ({ nodes }: Project['graph'], name: string): AnySettings | undefined =>
  [...nodes.values()].map(({ definition }) => definition).find((one) => one.kind === 'settings' && one.name === name) as
    | AnySettings
    | undefined;

type Row = Readonly<Record<string, string>>;
function rowsOf(
  { columns }: AnySettings,
  text: string,
): { readonly keys: readonly string[]; readonly rows: ReadonlyMap<string, Row> } {
  const keys = keyOf(columns as Columns);
  const named = (row: Row): string => keys.map((key) => plainText(row[key] ?? '')).join(',');
  return { keys, rows: new Map((JSON.parse(text) as Row[]).map((row) => [named(row), row])) };
}

function rowChanges(table: AnySettings, name: string, before = '[]', after = '[]'): readonly ChangedParameter[] {
  const [old, fresh] = [rowsOf(table, before).rows, rowsOf(table, after).rows];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): readonly ChangedParameter[] => {
    const [one, other] = [old.get(key), fresh.get(key)];
    if (!one || !other) return [{ name: `${name}[${key}]`, ...(one ? { trained: 'there' } : { now: 'there' }) }];
    return Object.keys({ ...one, ...other }).flatMap((column) => {
      if (one[column] === other[column]) return [];
      return [
        { name: `${name}[${key}].${column}`, ...textOf('trained', one[column]), ...textOf('now', other[column]) },
      ];
    });
  });
}
const textOf = (side: 'trained' | 'now', value: string | undefined): Partial<ChangedParameter> =>
  value === undefined ? {} : { [side]: plainText(value) };

/** A value as it was spelled for the engine, `'a'` or `date '2026-11-27'`, without its quotes. */
const plainText = (spelled: string): string => spelled.replace(/^(?:[a-z]+ )?'(.*)'$/s, '$1').replaceAll("''", "'");

/** Each value by its own name, as people write it. */
export function parameterTexts(
  { graph }: Project,
  known: Known,
): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(known).flatMap(([name, text]) => {
    const table = settingsCalled(graph, name);
    if (!table) return [{ name, value: plainText(text) }];
    const { keys, rows } = rowsOf(table, text);
    return [...rows].flatMap(([key, row]) =>
      Object.entries(row)
        .filter(([column]) => !keys.includes(column))
        .map(([column, value]) => ({ name: `${name}[${key}].${column}`, value: plainText(value) })),
    );
  });
}
