import type { FigureView } from './views.ts';
import { valueText } from './words.ts';

/** Figures of one monitor as points, the oldest first, on a scale that holds them, their limits and 0. */
export interface Chart {
  readonly points: readonly Point[];
  readonly least: number;
  readonly greatest: number;
  /** A number of the scale as people read it. */
  text(value: number): string;
}
interface Point {
  readonly date: string;
  readonly value: number;
  readonly bound?: number;
  readonly isBroken: boolean;
}

/** Of figures, the newest first; nothing where fewer than two have a number. */
export function chartOf(measure: string, history: readonly FigureView[]): Chart | undefined {
  const points = history.toReversed().flatMap(({ date, value, bound, verdict }): readonly Point[] => {
    if (value === undefined) return [];
    return [{ date, value, ...(bound === undefined ? {} : { bound }), isBroken: verdict === 'broken' }];
  });
  if (points.length < 2) return undefined;
  const numbers = points.flatMap(({ value, bound }) => (bound === undefined ? [value] : [value, bound]));
  const [least, greatest] = [Math.min(0, ...numbers), Math.max(0, ...numbers)];
  if (least === greatest) return undefined;
  return { points, least, greatest, text: (value) => valueText(measure, value) };
}

const size = { width: 720, height: 240, right: 16, top: 36, bottom: 32 } as const;
/** Of a letter, and from one line of text to the next. */
const letter = { width: 8, height: 14 } as const;

/** The picture of a chart, whole in itself: no script, no font, nothing fetched. Its colours are told apart by shape too. */
export function svgOf(name: string, chart: Chart): string {
  const { points, least, greatest, text } = chart;
  const { width, height, right, top, bottom } = size;
  const [first, last] = [points[0], points.at(-1)] as [Point, Point];
  const levels = [...(last.bound === undefined ? [] : [last.bound]), 0, greatest, least];
  const left = Math.max(72, ...levels.map((level) => Math.ceil(16 + letter.width * text(level).length)));
  const across = (index: number): string => (left + ((width - left - right) * index) / (points.length - 1)).toFixed(1);
  const up = (value: number): string =>
    (height - bottom - ((height - top - bottom) * (value - least)) / (greatest - least)).toFixed(1);
  const path = (values: readonly (readonly [index: number, value: number])[]): string =>
    values.map(([index, value], at) => `${at === 0 ? 'M' : 'L'}${across(index)} ${up(value)}`).join('');
  const limits = points.flatMap(({ bound }, index) => (bound === undefined ? [] : [[index, bound] as const]));
  // Where there is no room for two numbers beside each other the limit is what people look for.
  const shown = levels.filter((level, at) =>
    levels.slice(0, at).every((other) => Math.abs(Number(up(level)) - Number(up(other))) >= letter.height),
  );
  const room = Math.floor((width - left - right) / letter.width);
  const heading = name.length > room ? `${name.slice(0, room - 1)}…` : name;
  const lines = shown.map(
    (level) =>
      `<line x1="${left}" x2="${width - right}" y1="${up(level)}" y2="${up(level)}" stroke="#d0d7de"/><text x="${left - 8}" y="${up(level)}" dy="4" text-anchor="end">${escaped(text(level))}</text>`,
  );
  const dots = points.map(({ date, value, isBroken }, index) => {
    const title = `<title>${escaped(`${date}: ${text(value)}`)}</title>`;
    return isBroken
      ? `<path d="M${across(index)} ${up(value)}m-4 -4l8 8m0 -8l-8 8" stroke="#cf222e" stroke-width="2">${title}</path>`
      : `<circle cx="${across(index)}" cy="${up(value)}" r="3" fill="#1f6feb">${title}</circle>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">`,
    `<title>${escaped(name)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="20" font-weight="600">${escaped(heading)}</text>`,
    ...lines,
    ...(limits.length > 1
      ? [`<path d="${path(limits)}" fill="none" stroke="#9a6700" stroke-dasharray="6 4" stroke-width="1.5"/>`]
      : []),
    `<path d="${path(points.map(({ value }, index) => [index, value]))}" fill="none" stroke="#1f6feb" stroke-width="1.5"/>`,
    ...dots,
    `<text x="${left}" y="${height - 10}">${escaped(first.date)}</text>`,
    `<text x="${width - right}" y="${height - 10}" text-anchor="end">${escaped(last.date)}</text>`,
    '</svg>',
  ].join('\n');
}
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Characters that XML has not are left out. */
const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, '').replace(/[&<>"]/g, (character) => entities[character] ?? '');
