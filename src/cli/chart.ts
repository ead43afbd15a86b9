import type { Chart } from '../operate/alerts/chart.ts';
import { paint } from './marks.ts';
import type { Look } from './terminal.ts';
import { padLeft, width } from './text.ts';

/** Lines between the greatest number and the least. */
const height = 8;
/** Columns from one point to the next, at most. */
const widest = 4;

/** A chart as lines of a terminal, the newest point last; where there is no room for all of them the oldest are left out. */
export function chartLines(chart: Chart, look: Look): readonly string[] {
  const { least, greatest, text } = chart;
  const bound = chart.points.at(-1)?.bound;
  const rowOf = (value: number): number => Math.round(((greatest - value) / (greatest - least)) * height);
  const levels = new Map([least, greatest, 0, ...(bound === undefined ? [] : [bound])].map((one) => [rowOf(one), one]));
  const labels = new Map([...levels].map(([row, value]) => [row, text(value)]));
  const margin = Math.max(...[...labels.values()].map(width));
  const room = look.columns - margin - 2;
  if (room < 2) return [];
  const points = chart.points.slice(-room);
  const step = Math.max(1, Math.min(widest, Math.floor(room / points.length)));
  const [held, broken, limit, side] = look.unicode ? ['•', '✗', '┄', '│'] : ['o', 'x', '-', '|'];
  const lines = Array.from({ length: height + 1 }, (_, row) => {
    const cells = Array.from({ length: step * points.length }, () => ' ');
    for (const [index, point] of points.entries()) {
      const [from, at] = [index * step, index * step + step - 1];
      if (point.bound !== undefined && rowOf(point.bound) === row)
        for (let cell = from; cell <= at; cell += 1) cells[cell] = paint(look, 'warn', limit as string);
      if (rowOf(point.value) === row)
        cells[at] = paint(look, point.isBroken ? 'bad' : 'good', (point.isBroken ? broken : held) as string);
    }
    return `${padLeft(labels.get(row) ?? '', margin)} ${side}${cells.join('')}`.trimEnd();
  });
  const [first, last] = [points[0]?.date ?? '', points.at(-1)?.date ?? ''];
  const between = room - last.length;
  const whole = `${first} ${look.unicode ? '–' : '-'} ${last}`;
  const drawn = step * points.length - first.length - last.length;
  const dates = drawn > 0 ? `${first}${' '.repeat(drawn)}${last}` : whole.length <= room ? whole : last;
  return [...lines, ...(between < 0 ? [] : [`${' '.repeat(margin + 2)}${dates}`])];
}
