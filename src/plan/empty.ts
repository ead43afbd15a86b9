import { col } from '../columns/index.ts';
import type { AnyModel, AnyReadable, Definition, Predict, RunValue, Setting } from '../define/index.ts';
import type { Dialect } from '../ports/index.ts';
import type { Spelling } from './spell.ts';

const day = Temporal.PlainDate.from('2000-01-01');
const instant = Temporal.Instant.from('2000-01-01T00:00:00Z');

/** Spells a query over relations without rows: enough for the engine to describe it, whatever has been set up. */
export function emptySpelling(dialect: Dialect, converted?: Spelling['converted']): Spelling {
  return {
    dialect,
    relation: (of: AnyReadable) => dialect.emptyRelation(of.columns),
    run: ({ run }: RunValue) => dialect.literal({ date: day, at: instant, id: 'run', champion: 'version' }[run]),
    predict: ({ model }: Predict, rows: string) => `(select *, ${unknownOf(model, dialect)} from ${rows} as _rows)`,
    setting: (setting: Setting<unknown>) => dialect.literal(standardOf(setting)),
    ...(converted ? { converted } : {}),
  };
}

/** Columns that a prediction adds, without a value. */
function unknownOf(model: Definition, dialect: Dialect): string {
  const { output } = (model as AnyModel).facts.learner;
  return Object.entries({ ...output, model_version: col.text() })
    .map(([name, { facts }]) => `cast(null as ${dialect.type(facts)}) as ${dialect.identifier(name)}`)
    .join(', ');
}

/** A setting's value when nobody has said otherwise. */
const standardOf = (setting: Setting<unknown>): unknown =>
  (setting.of as unknown as AnyReadable).columns[setting.setting].facts.standard;
