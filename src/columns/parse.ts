import type { ColumnFacts } from './column.ts';
import { parseDuration } from './duration.ts';

/** A text that a person typed, as a value of the column's kind; nothing when it is not one. */
export function parseValue({ kind }: ColumnFacts, text: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'integer':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
    case 'bigint':
      return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
    case 'real':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : undefined;
    case 'decimal':
      return /^[+-]?\d+(\.\d+)?$/.test(text) ? text : undefined;
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined;
    case 'date':
      return attempt(() => Temporal.PlainDate.from(text));
    case 'timestamp':
      return attempt(() => Temporal.Instant.from(text));
    case 'duration':
      return parseDuration(text) ? text : undefined;
    case 'list':
    case 'json':
      return attempt(() => JSON.parse(text));
  }
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
