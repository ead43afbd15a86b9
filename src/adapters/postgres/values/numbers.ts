import { int16, int32, uint16 } from './bytes.ts';

const signs = { plus: 0x0000, minus: 0x4000, nan: 0xc000, infinity: 0xd000, minusInfinity: 0xf000 } as const;

/** Neither not-a-number nor infinite. */
export function isNumber(bytes: Uint8Array, at: number): boolean {
  const sign = uint16(bytes, at + 4);
  return sign === signs.plus || sign === signs.minus;
}

/** A number of any length, to its last digit. */
export function numericText(bytes: Uint8Array, at: number): string {
  const sign = uint16(bytes, at + 4);
  if (sign === signs.nan) return 'NaN';
  if (sign === signs.infinity) return 'Infinity';
  if (sign === signs.minusInfinity) return '-Infinity';
  const [count, weight, places] = [uint16(bytes, at), int16(bytes, at + 2), uint16(bytes, at + 6)];
  const group = (index: number): string =>
    index >= 0 && index < count ? String(int16(bytes, at + 8 + 2 * index)).padStart(4, '0') : '0000';
  const whole: string[] = [];
  for (let index = 0; index <= weight; index += 1) whole.push(group(index));
  const fraction: string[] = [];
  for (let index = weight + 1; fraction.length * 4 < places; index += 1) fraction.push(group(index));
  const digits = whole.join('').replace(/^0+(?=.)/, '') || '0';
  const rest = places > 0 ? `.${fraction.join('').slice(0, places)}` : '';
  return `${sign === signs.minus ? '-' : ''}${digits}${rest}`;
}

const tens = Array.from({ length: 16 }, (_, index) => 10 ** index);

/**
 * The number without its point, moved by so many places, where a double holds all of that exactly; else not-a-number: it is for the usual sums of money, and
 * says nothing of what it does not know.
 */
export function numericScaled(bytes: Uint8Array, at: number, places: number): number {
  const count = uint16(bytes, at);
  const sign = uint16(bytes, at + 4);
  if (count > 3 || (sign !== signs.plus && sign !== signs.minus)) return Number.NaN;
  let value = 0;
  for (let index = 0; index < count; index += 1) value = value * 10_000 + int16(bytes, at + 8 + 2 * index);
  if (value === 0) return 0;
  const exponent = 4 * (int16(bytes, at + 2) - count + 1) + places;
  if (exponent > 15 || exponent < -15) return Number.NaN;
  if (exponent >= 0) value *= tens[exponent] as number;
  else if (value % (tens[-exponent] as number) === 0) value /= tens[-exponent] as number;
  else return Number.NaN;
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return sign === signs.minus ? -value : value;
}

/** `1.5e+15` for 1.5e15: as Postgres says a float, the shortest digits that mean it, with an exponent from so many digits on. */
function floatText(value: number, exponential: string, widest: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = exponential.split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= widest)
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}`;
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

const view = new DataView(new ArrayBuffer(8));
export function float8(bytes: Uint8Array, at: number): number {
  view.setInt32(0, int32(bytes, at));
  view.setInt32(4, int32(bytes, at + 4));
  return view.getFloat64(0);
}
export function float4(bytes: Uint8Array, at: number): number {
  view.setInt32(0, int32(bytes, at));
  return view.getFloat32(0);
}

export const float8Text = (value: number): string => floatText(value, value.toExponential(), 15);

/** The fewest digits that come back as the same 32 bits. */
export function float4Text(value: number): string {
  if (!Number.isFinite(value)) return floatText(value, '', 6);
  for (let digits = 0; digits < 9; digits += 1) {
    const exponential = value.toExponential(digits);
    if (Math.fround(Number(exponential)) === value) return floatText(value, exponential, 6);
  }
  return floatText(value, value.toExponential(), 6);
}
