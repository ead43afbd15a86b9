import type { AnyReadable, RunValue, Setting } from '../define/index.ts';
import type { Dialect } from '../ports/index.ts';
import type { Spelling } from './spell.ts';

const day = Temporal.PlainDate.from('2000-01-01');
const instant = Temporal.Instant.from('2000-01-01T00:00:00Z');

/** Spells a query over relations without rows: enough for the engine to describe it, whatever has been set up. */
export function emptySpelling(dialect: Dialect, converted?: Spelling['converted']): Spelling {
  return {
    dialect,
    relation: (of: AnyReadable) => dialect.emptyRelation(of.columns),
    run: (value: RunValue['run']) => dialect.literal({ date: day, at: instant, id: 'run' }[value]),
    setting: (setting: Setting<unknown>) => dialect.literal(standardOf(setting)),
    ...(converted ? { converted } : {}),
  };
}

/** A setting's value when nobody has said otherwise. */
const standardOf = (setting: Setting<unknown>): unknown =>
  (setting.of as unknown as AnyReadable).columns[setting.setting].facts.standard;
