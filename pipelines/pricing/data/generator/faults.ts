import { Chance } from '../../../chance.ts';
import { type Line, writtenAt } from './files.ts';
import { dateOf, type Plan } from './options.ts';

/** A day's sales as they are written: in a file that may be late, with what is wrong in it, and what is put right later. */
export interface Written {
  readonly lines: readonly Line[];
  /** The day after which the file is there. */
  readonly delivered: number;
  /** Lines of which none counts, by why. */
  readonly invalid: Readonly<Record<string, number>>;
  /** Lines that are there twice. */
  readonly copies: number;
  /** Said once more, as it was, in a file of its own. */
  readonly corrections: readonly Line[];
  readonly corrected: number;
}

const share = 0.04;

export function writtenSales(plan: Plan, day: number, right: readonly Line[]): Written {
  const whole = { lines: right, delivered: day, invalid: {}, copies: 0, corrections: [], corrected: day + 3 };
  if (!plan.faults) return whole;
  const chance = new Chance(plan.seed, `faults ${dateOf(plan, day)}`);
  const some = chance.some(right, Math.ceil(right.length * share));
  const delivered = day % 17 === 11 ? day + 2 : day;
  switch (day % 10) {
    case 4:
      return { ...whole, delivered, lines: [...right, ...some], copies: some.length };
    case 6: {
      const isWrong = new Set(some);
      const recorded_at = writtenAt(plan, day + 3);
      return {
        ...{ ...whole, delivered, corrections: some.map((line) => ({ ...line, recorded_at })) },
        lines: right.map((line) => (isWrong.has(line) ? { ...line, units: Number(line['units']) * 10 } : line)),
      };
    }
    case 8: {
      const wrong = some.map((line, number): Line => ({ ...line, ...broken[number % broken.length]?.of }));
      const invalid: Record<string, number> = {};
      for (const number of wrong.keys()) {
        const { flag } = broken[number % broken.length] as (typeof broken)[number];
        invalid[flag] = (invalid[flag] ?? 0) + 1;
      }
      const named = wrong.map((line) => ({ ...line, sale_id: `${line['sale_id']}-x` }));
      return { ...whole, delivered, lines: [...right, ...named], invalid };
    }
    default:
      return { ...whole, delivered };
  }
}

/** Lines that were never sold, and the rule that each breaks. */
const broken = [
  { flag: 'preco_positivo', of: { price: 0 } },
  { flag: 'units_min', of: { units: -1 } },
  { flag: 'units_kind', of: { units: 'doze' } },
] as const;
