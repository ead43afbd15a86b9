/// <reference lib="esnext.temporal" preserve="true" />
import type { Candidate, Columns, RowOf } from '../columns/index.ts';
import type { Definition, Readable, Settings, Table } from '../define/index.ts';
import { build } from './build.ts';

export interface Built<C extends Columns> {
  readonly rows: readonly RowOf<C>[];
  /** With their flags, `invalid[0].canal_conhecido === false`, and `_original`, the row as it came. */
  readonly invalid: readonly (Candidate<C> &
    Readonly<Record<string, unknown>> & { readonly _original: Readonly<Record<string, unknown>> })[];
  readonly account: {
    readonly in: number;
    readonly valid: number;
    readonly invalid: number;
    readonly duplicates: number;
  };
}

/** A small world in memory; each word gives a new one. Nothing is written to disk. */
export interface World {
  /** Rows of a table or source, which then is not built. Columns that are left out are missing. */
  given<C extends Columns>(of: Readable<C>, rows: readonly Partial<Candidate<C>>[]): World;
  setting<C extends Columns>(of: Settings<C>, values: Partial<RowOf<C>>): World;
  /** The run's date; default 2026-01-01. */
  on(date: string): World;
  /** Builds the table and all above it that is not given, and gives its rows in the order of its key. */
  build<C extends Columns>(of: Table<C>): Promise<Built<C>>;
}

/** What a world holds. */
export interface Contents {
  readonly rows: ReadonlyMap<Definition, readonly object[]>;
  readonly settings: ReadonlyMap<Definition, object>;
  readonly date: Temporal.PlainDate;
}

function world(contents: Contents): World {
  return Object.freeze<World>({
    given: (of, rows) => {
      const definition = of.reads[0] as Definition;
      const before = contents.rows.get(definition) ?? [];
      return world({ ...contents, rows: new Map([...contents.rows, [definition, [...before, ...rows]]]) });
    },
    setting: (of, values) => {
      const before = contents.settings.get(of) ?? {};
      return world({ ...contents, settings: new Map([...contents.settings, [of, { ...before, ...values }]]) });
    },
    on: (date) => world({ ...contents, date: Temporal.PlainDate.from(date) }),
    build: (of) => build(of, contents),
  });
}

export const given: World['given'] = world({
  rows: new Map(),
  settings: new Map(),
  date: Temporal.PlainDate.from('2026-01-01'),
}).given;
