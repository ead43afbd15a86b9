import { type ColumnFacts, parseValue } from '../../columns/index.ts';
import type { LineValues } from '../../ports/index.ts';

type Value = LineValues[string];

/** A number as people or spreadsheets write it: one mark, a dot or a comma, before its fraction, and none between thousands. */
const numeral = /^([+-]?)(\d*)(?:([.,])(\d*))?(e[+-]?\d+)?$/i;
export const isNumber = ({ kind }: ColumnFacts): boolean => ['integer', 'bigint', 'real', 'decimal'].includes(kind);

/** Whether a text can only be a number with a decimal comma: after 1,234 nobody knows. */
export const hasDecimalComma = (text: string): boolean => {
  const [, , , mark, fraction = ''] = numeral.exec(text.trim()) ?? [];
  return mark === ',' && fraction.length !== 3;
};

/** How the file at hand writes numbers. */
export interface Written {
  readonly decimalComma: boolean;
}

/** With a dot; undefined for what is no number, or one of two. */
function withDot(text: string, { decimalComma }: Written): string | undefined {
  const [, sign = '', whole = '', mark, fraction = '', power = ''] = numeral.exec(text.trim()) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const isOther = mark === (decimalComma ? '.' : ',');
  if (isOther && fraction.length === 3 && power === '') return undefined;
  return `${sign}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}${power}`;
}

/** What somebody has put into a cell, as its column reads it; undefined for what it cannot be. */
export function typedIn(facts: ColumnFacts, text: string, written: Written): string | undefined {
  if (facts.kind === 'text') return text;
  const trimmed = text.trim();
  if (trimmed === '') return '';
  if (isNumber(facts)) return withDot(trimmed, written);
  if (facts.kind === 'boolean') return truthOf(trimmed)?.toString() ?? trimmed;
  return trimmed;
}

/**
 * Whether a cell still says what was written into it, whatever a spreadsheet has made of it: other marks in numbers, numbers and codes with fewer digits,
 * days in another order, words of another language. `exactly`: a number with fewer digits is another one, but for those that no cell has room for.
 */
export function isAsWritten(
  facts: ColumnFacts,
  was: Value,
  { text, exactly, written }: { readonly text: string; readonly exactly: boolean; readonly written: Written },
): boolean {
  if (was === null) return text.trim() === '';
  const stood = String(was);
  if (text === stood || text.trim() === stood.trim()) return true;
  if (facts.kind === 'text' && exactly) return false;
  if (facts.kind === 'boolean') return truthOf(text) === (was === true);
  const digits = withDot(text, written) ?? withDot(text, { decimalComma: !written.decimalComma });
  if (digits !== undefined && Number.isFinite(Number(stood)) && stood.trim() !== '')
    return Number(digits) === Number(stood) || isShorter(digits, stood, exactly);
  return !exactly && isDay(stood, text);
}

const truths: Readonly<Record<string, boolean>> = {
  ...{ true: true, verdadeiro: true, verdadero: true, vrai: true, wahr: true, '1': true },
  ...{ false: false, falso: false, faux: false, falsch: false, '0': false },
};
const truthOf = (text: string): boolean | undefined => truths[text.trim().toLowerCase()];

/** The same number, rounded to the digits that are shown: 7.89123E+12 of 7891234567890. Cells have room for nine digits, people often show two places. */
function isShorter(digits: string, stood: string, exactly: boolean): boolean {
  const [head = '', power] = digits.toLowerCase().split('e');
  const places = (head.split('.')[1] ?? '').length;
  const isFull = power !== undefined || head.replace(/\D/g, '').replace(/^0+/, '').length >= 9;
  if (!isFull && (exactly || places < 2)) return false;
  const step = 10 ** (Number(power ?? 0) - places);
  // Half of the last digit, and what binary fractions are off.
  return Math.abs(Number(digits) - Number(stood)) <= step * 0.500001;
}

/** 01/10/2026 and 10/1/2026 of 2026-10-01: which of two is the month is not asked of what nobody may change. */
function isDay(stood: string, text: string): boolean {
  const day = parseValue({ kind: 'date' } as ColumnFacts, stood.slice(0, 10)) as Temporal.PlainDate | undefined;
  const [, one, other, year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(text.trim()) ?? [];
  if (!day || one === undefined || Number(year) % 100 !== day.year % 100) return false;
  const shown = [Number(one), Number(other)].toSorted((a, b) => a - b).join();
  return shown === [day.month, day.day].toSorted((a, b) => a - b).join();
}
