import type { Column, Columns, RowOf } from '../columns/index.ts';
import type { Definition } from './definition.ts';
import { named, type Readable, type Setting } from './rows.ts';

type OwnWords =
  | 'kind'
  | 'name'
  | 'dependsOn'
  | 'columns'
  | 'recipe'
  | 'reads'
  | 'since'
  | 'produces'
  | 'rows'
  | 'single';
/** No setting may be called like one of these. */
type Free<C> = { readonly [K in keyof C & OwnWords]: 'this name is taken, choose another' };
// `any`: a setting may be of every type.
type AllDefault = Readonly<Record<string, Column<any, { '.default(value)': true }>>>;

/** Typed values that people may change. `rows` are those it starts with. */
export type SettingsTable<C extends Columns> = Definition<'settings'> &
  Readable<C> & {
    readonly rows: readonly RowOf<C>[];
    /** One row, each of whose columns is a setting by its own name. */
    readonly single: boolean;
  };
export type Settings<C extends Columns> = SettingsTable<C> & {
  readonly [K in keyof C & string]: Setting<C[K]['value']>;
};

/** Typed values that people may change (command line, SQL), with their history. Mention one, `${limits.floor}`, or all of them, `${limits}`. */
export function settings<const C extends AllDefault>(name: string, columns: C & Free<C>): Settings<C> {
  const each = Object.keys(columns).map((setting) => {
    const mention = {
      setting,
      get of(): Definition {
        return self;
      },
    };
    return [setting, Object.freeze(mention)];
  });
  const standard = Object.fromEntries(
    Object.entries<AllDefault[string]>(columns).map(([of, column]) => [of, column.facts.standard]),
  );
  const rows = Object.freeze([Object.freeze(standard)]);
  const self = named(
    { kind: 'settings', name, dependsOn: Object.freeze([]), rows, single: true, ...Object.fromEntries(each) },
    columns,
  );
  return self as unknown as Settings<C>;
}

/** The same for several rows, with the rows it starts with; its key columns say which row is meant. */
export function settingsTable<C extends Columns>(
  name: string,
  columns: C,
  rows: readonly RowOf<NoInfer<C>>[],
): SettingsTable<C> {
  return named(
    { kind: 'settings' as const, name, dependsOn: Object.freeze([]), rows: Object.freeze(rows), single: false },
    columns,
  );
}
