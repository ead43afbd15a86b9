import { type Columns, judgements } from '../../columns/index.ts';
import type { AnySource } from '../../define/index.ts';
import { holds } from '../../quality/judge.ts';
import type { Row } from '../parts.ts';

/** An event as its source reads it. */
export interface EventText {
  readonly text: string;
  readonly key: string | null;
  /** Of the source's `day`, in milliseconds since 1970; nothing where it has none. */
  readonly at: number | undefined;
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
/** What a JSON text spells of itself, but for whole numbers of 64 bits. */
const spelled = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? rawJSON(String(value)) : value);

/** A judge and writer of rows of a source; throws where a row is not what the columns promise, without its values. */
export function eventTexts(
  { columns: all, reader, day }: AnySource,
  keyColumn: string | undefined,
): (row: Row) => EventText {
  const added = Object.keys(reader.adds);
  const columns = Object.fromEntries(
    Object.entries(all as Columns).filter(([name]) => !added.includes(name) && name !== '_extra'),
  );
  const rules = judgements(columns);
  const names = Object.keys(columns);
  const own = keyColumn ?? names.find((name) => columns[name]?.facts.isKey);
  return (row) => {
    const broken = rules.filter((rule) => !holds(rule, row[rule.column]));
    if (broken.length > 0) throw new Error(`the source refuses it: ${broken.map(({ flag }) => flag).join(', ')}`);
    const key = own === undefined ? undefined : row[own];
    const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, row[name]])), spelled);
    return { text, key: key === undefined || key === null ? null : String(key), at: timeOf(day && row[day]) };
  };
}

function timeOf(value: unknown): number | undefined {
  if (value instanceof Temporal.Instant) return value.epochMilliseconds;
  if (value instanceof Temporal.PlainDate) return value.toZonedDateTime('UTC').epochMilliseconds;
  return undefined;
}
