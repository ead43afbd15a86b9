import type { ColumnFacts } from '../../columns/index.ts';
import { storedType } from './dialect.ts';
import { inYears, spellings } from './spellings.ts';

const isText = (type: string): boolean => /^(VARCHAR|JSON|ENUM\(.*\))$/s.test(type);
const isFloat = (type: string): boolean => type === 'DOUBLE' || type === 'FLOAT';
const fits = /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER)$/;

const wholeFloat = (value: string): string => `isfinite(${value}) and trunc(${value}) = ${value}`;

function integer(value: string, type: string): string {
  if (isText(type)) return integer(`(${spellings.integer(value)})`, 'BIGINT');
  if (fits.test(type)) return `cast(${value} as bigint)`;
  const whole = isFloat(type) || type.startsWith('DECIMAL') ? `trunc(${value}) = ${value} and ` : '';
  return `case when ${whole}${value} between -9007199254740992 and 9007199254740992 then cast(${value} as bigint) end`;
}

function bigint(value: string, type: string): string {
  if (isText(type)) return spellings.integer(value);
  if (isFloat(type)) return `case when ${wholeFloat(value)} then try_cast(${value} as bigint) end`;
  return fits.test(type) || type === 'BIGINT' ? `cast(${value} as bigint)` : `try_cast(${value} as bigint)`;
}

function real(value: string, type: string): string {
  if (isText(type)) return spellings.real(value);
  return isFloat(type) ? `case when isfinite(${value}) then cast(${value} as double) end` : `cast(${value} as double)`;
}

function decimal(value: string, type: string, facts: ColumnFacts): string {
  const stored = storedType(facts);
  const [digits, places] = facts.of as readonly [number, number];
  if (isText(type)) return spellings.decimal(value, digits, places);
  const from = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type);
  if (!from) return `try_cast(${value} as ${stored})`;
  const [width, scale] = [Number(from[1]), Number(from[2])];
  if (scale <= places) return `${width - scale <= digits - places ? 'cast' : 'try_cast'}(${value} as ${stored})`;
  // Rounding would change the value silently.
  const rounded = `try_cast(round(${value}, ${places}) as ${type})`;
  return `case when ${rounded} = ${value} then try_cast(${value} as ${stored}) end`;
}

function json(value: string, type: string, list: boolean): string {
  if (!isText(type)) return `cast(to_json(${value}) as json)`;
  return spellings.json(`cast(${value} as varchar)`, list);
}

/** A value of a query's type as the stored type; NULL when it is not of the kind, never another value and never an error. */
export function storedSql(facts: ColumnFacts, value: string, type: string): string {
  if (/^"?NULL"?$/.test(type)) return `cast(null as ${storedType(facts)})`;
  switch (facts.kind) {
    case 'text':
      return type === 'VARCHAR' ? value : `cast(${value} as varchar)`;
    case 'integer':
      return integer(value, type);
    case 'bigint':
      return bigint(value, type);
    case 'real':
      return real(value, type);
    case 'decimal':
      return decimal(value, type, facts);
    case 'boolean':
      return isText(type) ? spellings.boolean(value) : value;
    case 'date':
      return isText(type)
        ? spellings.date(value)
        : `case when ${value} between date '0001-01-01' and date '9999-12-31' then ${value} end`;
    case 'timestamp':
      return isText(type) ? spellings.timestamp(value) : inYears(value);
    case 'duration':
      return spellings.duration(`cast(${value} as varchar)`);
    case 'list':
    case 'json':
      return json(value, type, facts.kind === 'list');
  }
}
