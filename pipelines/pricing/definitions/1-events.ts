import { col, settingsTable } from 'esteira';

const names = ['black_friday', 'natal', 'feriado'] as const;
export type EventName = (typeof names)[number];
/** Days before which wages are paid are as busy as those before a day off. */
const daysOff = new Set(['01-01', '04-21', '05-01', '09-07', '10-12', '11-02', '11-15']);

/** What is known of a day long before it comes. */
export function eventOn(date: Temporal.PlainDate): EventName | undefined {
  const text = date.toString().slice(5);
  if (date.month === 11 && date.dayOfWeek === 5 && date.day >= 23 && date.day <= 29) return 'black_friday';
  if (text >= '12-12' && text <= '12-24') return 'natal';
  const tomorrow = date.add({ days: 1 }).toString().slice(5);
  return daysOff.has(tomorrow) || date.day === 5 || date.day === 20 ? 'feriado' : undefined;
}

const first = Temporal.PlainDate.from('2025-01-01');
const days = Array.from({ length: 3 * 365 }, (_, day) => first.add({ days: day }));

/** Days on which people buy for another reason than the price: `esteira settings` shows them, and whoever plans a promotion adds it. */
export const eventos = settingsTable(
  'config.calendario_eventos',
  { date: col.date().key(), evento: col.text().oneOf(...names) },
  days.flatMap((date) => {
    const evento = eventOn(date);
    return evento ? [{ date, evento }] : [];
  }),
);
