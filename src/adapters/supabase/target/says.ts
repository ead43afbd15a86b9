/** A spelling that all texts of one number have: `0.5e1`, `5.00` and `5` are `5`. */
function numberText(text: string): string {
  const [, sign, whole = '', places = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim()) ?? [];
  if (sign === undefined || whole + places === '' || Math.abs(Number(power)) > 5000) return text;
  const shift = Number(power) - places.length;
  const digits = (whole + places).replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  if (bare === '') return '0';
  return `${sign === '-' ? '-' : ''}${bare}e${shift + digits.length - bare.length}`;
}

function instantText(text: string): string {
  const [, day = '', time = '00:00', zone = 'Z'] =
    /^(\d+-\d\d-\d\d)(?:[T ]([\d:.]+))?\s*(Z|[+-][\d:]+)?$/.exec(text) ?? [];
  try {
    return Temporal.Instant.from(`${day}T${time}${zone}`).toString();
  } catch {
    return text;
  }
}

const micros: Readonly<Record<string, number>> = { ms: 1e3, second: 1e6, minute: 6e7, hour: 3.6e9 };
/** Months, days and microseconds, as Postgres keeps them apart. */
function intervalText(text: string): string {
  let [months, days, rest] = [0, 0, 0];
  for (const [, clock, count = '', unit = ''] of text.matchAll(/(-?\d+:\d+(?::[\d.]+)?)|(-?[\d.]+) *([a-z]+)/g)) {
    const name = unit.replace(/s$/, '').replace(/^m$/, 'ms');
    if (clock) {
      const [hours = 0, minutes = 0, seconds = 0] = clock.replace('-', '').split(':').map(Number);
      rest += (clock.startsWith('-') ? -1 : 1) * Math.round(hours * 3.6e9 + minutes * 6e7 + seconds * 1e6);
    } else if (name === 'year') months += Number(count) * 12;
    else if (name === 'mon' || name === 'month') months += Number(count);
    else if (name === 'week') days += Number(count) * 7;
    else if (name === 'day') days += Number(count);
    else rest += Math.round(Number(count) * (micros[name] ?? Number.NaN));
  }
  return Number.isNaN(rest) ? text : `${months} ${days} ${rest}`;
}

/** The types of `JSON.parse` do not know yet that it says how a number was spelled. */
type Parse = (
  text: string,
  revive: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown;

/** The same JSON in one spelling: members by their names, numbers by their value. */
function jsonText(text: string): string {
  try {
    const read: unknown = (JSON.parse as Parse)(text, (_, value, context) =>
      typeof value === 'number' ? { '': numberText(context?.source ?? String(value)) } : value,
    );
    return JSON.stringify(read, (_, value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    );
  } catch {
    return text;
  }
}

/** Two texts of a type that say one value there are one text by this. */
export function sameText(format: string, text: string): string {
  if (format.endsWith('[]')) return jsonText(text);
  switch (format) {
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'oid':
    case 'numeric':
      return numberText(text);
    case 'real':
      return String(Math.fround(Number(text)) + 0);
    case 'double precision':
      return String(Number(text) + 0);
    case 'boolean':
      return /^t/i.test(text) ? 'true' : 'false';
    case 'date':
      return text.slice(0, 10);
    case 'timestamp with time zone':
    case 'timestamp without time zone':
      return instantText(text);
    case 'interval':
      return intervalText(text);
    case 'uuid':
      return text.toLowerCase();
    case 'character':
      return text.trimEnd();
    case 'json':
    case 'jsonb':
      return jsonText(text);
    default:
      return text;
  }
}
