import type { Columns } from '../../columns/index.ts';
import type { Endpoint } from '../../define/index.ts';
import type { Stored } from './parquet/column.ts';

type Kind = Columns[string]['facts']['kind'];
/** A column that the model or the definition gives, and in which of the two its value is found. */
export interface Own {
  readonly stored: Stored;
  readonly kind: Kind;
  readonly from: 'rows' | 'outputs';
}

/** Which columns a log has, and how each is stored. */
export interface Layout {
  /** As they stand in files. */
  readonly stored: readonly Stored[];
  /** Numbers, which are kept side by side, those of outputs last. */
  readonly numbers: readonly Own[];
  readonly others: readonly Own[];
  /** The first output that is a number: by it rows are ranked. */
  readonly score: string | undefined;
}

/** The endpoint's own columns, which each row has. */
export const line = {
  request: { name: 'request_id', as: 'bytes', means: 'text', always: true },
  at: { name: 'predicted_at', as: 'int64', means: 'instant', always: true },
  rank: { name: 'rank', as: 'int32', always: true },
  version: { name: 'model_version', as: 'bytes', means: 'text', always: true },
  role: { name: 'role', as: 'bytes', means: 'text', always: true },
  share: { name: 'share', as: 'double', always: true },
} as const satisfies Record<string, Stored>;

const storedAs: Readonly<Record<Kind, Omit<Stored, 'name'>>> = {
  text: { as: 'bytes', means: 'text' },
  integer: { as: 'int64' },
  bigint: { as: 'int64' },
  real: { as: 'double' },
  boolean: { as: 'boolean' },
  date: { as: 'int32', means: 'date' },
  timestamp: { as: 'int64', means: 'instant' },
  // As files spell them.
  decimal: { as: 'bytes', means: 'text' },
  duration: { as: 'bytes', means: 'text' },
  list: { as: 'bytes', means: 'text' },
  json: { as: 'bytes', means: 'text' },
};
const isNumber = ({ kind }: Own): boolean => kind === 'real' || kind === 'integer';

export function layoutOf({ facts }: Endpoint): Layout {
  const features: Columns = facts.model.features;
  const output: Columns = facts.model.output;
  // What stands later has the name, as in the source.
  const columns: Columns = { ...facts.logged, ...features, ...output };
  const own = Object.entries(columns).map(
    ([
      name,
      {
        facts: { kind },
      },
    ]): Own => ({
      stored: { name, ...storedAs[kind] },
      kind,
      from: name in output ? 'outputs' : 'rows',
    }),
  );
  const numbers = [
    ...own.filter((one) => isNumber(one) && one.from === 'rows'),
    ...own.filter((one) => isNumber(one) && one.from === 'outputs'),
  ];
  return {
    stored: [
      ...Object.values(line),
      ...numbers.map(({ stored }) => stored),
      ...own.filter((one) => !isNumber(one)).map(({ stored }) => stored),
    ],
    numbers,
    others: own.filter((one) => !isNumber(one)),
    score: Object.entries(output).find(
      ([
        ,
        {
          facts: { kind },
        },
      ]) => kind === 'real' || kind === 'integer',
    )?.[0],
  };
}
