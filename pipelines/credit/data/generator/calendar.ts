import type { Plan } from './options.ts';

/** What one day brings; `From` is the first row number of the day, `To` the first of the next. */
export interface Day {
  readonly day: number;
  readonly ticketFrom: number;
  readonly ticketTo: number;
  readonly clientFrom: number;
  readonly clientTo: number;
}

/** Tickets of a weekday, Monday first, beside those of the others. */
const weekdays = [115, 108, 100, 100, 96, 45, 28];
/** Tickets of each hour in São Paulo; they add up to 100. */
const hours = [1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 6, 6, 7, 7, 7, 6, 5, 4, 3, 4, 3, 3];

/** A list from which a number below 100 draws an hour. */
export const hourList = `[${hours.flatMap((weight, hour) => Array<number>(weight).fill(hour)).join(', ')}]`;

export const clientsOf = (plan: Plan): number => Math.max(60, Math.floor(plan.tickets * 0.4));
export const attendantsOf = (plan: Plan): number => Math.min(600, Math.max(12, Math.floor(plan.tickets / 400)));

/** Row numbers grow with time, as the serial keys of an application do. */
export function calendar(plan: Plan): readonly Day[] {
  const first = Temporal.PlainDate.from(plan.firstDate);
  const weights = Array.from({ length: plan.days }, (_, day) => weekdays[first.add({ days: day }).dayOfWeek - 1] ?? 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const clients = clientsOf(plan);
  // Most clients were there before the first day: a snapshot brings them.
  const known = Math.floor(clients * 0.7);
  let passed = 0;
  return weights.map((weight, day) => {
    const ticketFrom = Math.floor((plan.tickets * passed) / total);
    passed += weight;
    const newUntil = (days: number) => known + Math.floor(((clients - known) * days) / plan.days);
    return {
      day,
      ticketFrom,
      ticketTo: Math.floor((plan.tickets * passed) / total),
      clientFrom: day === 0 ? 0 : newUntil(day),
      clientTo: newUntil(day + 1),
    };
  });
}
