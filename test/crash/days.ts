import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const dates = ['2026-03-01', '2026-03-02', '2026-03-03'] as const;
const tickets = (day: number) => {
  const date = dates[day] as string;
  const at = (minute: number) => `${date}T12:${String(minute).padStart(2, '0')}:00Z`;
  const row = (id: number, person: unknown, minutes: unknown, other: object = {}) => {
    const opened_at = `${date}T${String(6 + (id % 9)).padStart(2, '0')}:10:00Z`;
    return { id, person, minutes, opened_at, _deleted: false, _synced_at: at(id % 50), ...other };
  };
  const first = day * 20;
  return [
    ...Array.from({ length: 12 }, (_, index) => row(first + index, index % 5, 10 + index)),
    row(first + 3, 3, 99, { _synced_at: at(55) }),
    row(first + 3, 3, 98, { _synced_at: at(54) }),
    row(first + 4, 4, -7, { _synced_at: at(56) }),
    row(first + 15, 77, 5),
    row(first + 16, 1, 'many'),
    row(first + 17, null, 5),
    row(first + 5, 0, 15, { _deleted: true, _synced_at: at(57) }),
    // Of the day before: one is mended, one leaves, one comes late to an old hour.
    row(first - 4, 1, 30, { _synced_at: at(20) }),
    row(first - 14, 1, null, { _deleted: true, _synced_at: at(21) }),
    row(first + 18, 2, 41, { opened_at: '2026-02-20T08:30:00Z' }),
  ];
};
const people = (day: number) =>
  [0, 1, 2, 3, 4].map((id) => ({
    id,
    name: id === 2 && day === 1 ? null : `Pessoa ${id}, dia ${day}`,
    _deleted: false,
    _synced_at: `${dates[day]}T01:00:00Z`,
  }));

/** The files of one day: changes of two tables, and notes of a producer that quotes nothing. */
export function deliverDay(folder: string, day: number): void {
  const date = dates[day] as string;
  const write = (file: string, text: string) => {
    const place = path.join(folder, 'files', file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  };
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  write(`postgres_public/people/${date}.jsonl`, lines(people(day)));
  write(`postgres_public/tickets/${date}.jsonl`, lines(tickets(day)));
  const notes = [0, 1, 2].map((id) => `${day * 20 + id},word ${day} of ${id}`);
  write(`notes/${date}.csv`, `ticket,text\n${notes.join('\n')}\nno ticket,left aside\n`);
}
