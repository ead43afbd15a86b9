import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chartOf, svgOf } from '../operate/alerts/chart.ts';
import type { FigureView } from '../operate/views.ts';
import { chartLines } from './chart.ts';

const figure = (date: string, value: number | undefined, bound = 0.2): FigureView => ({
  ...{ at: `${date}T05:00:00Z`, date, what: '', facts: [], bound },
  verdict: value === undefined ? 'unknown' : value > bound ? 'broken' : 'held',
  ...(value === undefined ? {} : { value }),
});
const days = (values: readonly (number | undefined)[]): readonly FigureView[] =>
  values.map((value, index) => figure(`2026-03-${String(index + 1).padStart(2, '0')}`, value)).toReversed();
const look = { columns: 40, rows: 24, color: false, unicode: true };

test('figures are drawn the oldest first, with the limit and what broke it', () => {
  const chart = chartOf('mape', days([0.1, undefined, 0.15, 0.4]));
  assert.ok(chart);
  assert.deepEqual(chartLines(chart, look), [
    '40 % │           ✗',
    '     │',
    '     │',
    '     │',
    '20 % │┄┄┄┄┄┄┄┄┄┄┄┄',
    '     │       •',
    '     │   •',
    '     │',
    ' 0 % │',
    '      2026-03-01 – 2026-03-04',
  ]);
});

test('a terminal without marks gets letters, and a narrow one the newest figures', () => {
  const chart = chartOf('mape', days(Array.from({ length: 28 }, (_, day) => day / 100)));
  assert.ok(chart);
  const lines = chartLines(chart, { ...look, columns: 18, unicode: false });
  assert.ok(lines.every((line) => line.length <= 18));
  assert.ok(lines.every((line) => /^[ -~]*$/.test(line)));
  assert.match(lines.at(-1) ?? '', /^ +2026-03-28$/);
});

test('numbers below 0 are on the scale, and what has no two numbers is not drawn', () => {
  const chart = chartOf('bias', days([-0.3, 0.1]));
  assert.ok(chart);
  assert.match(chartLines(chart, look).join('\n'), /^ 20 % │┄.*\n( .*\n)+-30 % │ {3}•$/m);
  assert.equal(chartOf('bias', days([undefined, 0.1])), undefined);
});

test('a picture is whole in itself, whatever a monitor is called', () => {
  const chart = chartOf('mape', days([0.1, 0.15, 0.4]));
  assert.ok(chart);
  const svg = svgOf('<b>"MAPE" & more\u0007', chart);
  assert.match(svg, /<title>&lt;b&gt;&quot;MAPE&quot; &amp; more<\/title>/);
  assert.equal(svg.match(/<circle/g)?.length, 2);
  assert.equal(svg.match(/stroke="#cf222e"/g)?.length, 1);
  assert.match(svg, /<title>2026-03-03: 40 %<\/title>/);
  assert.match(svg, /stroke-dasharray/);
  assert.doesNotMatch(svg, /NaN|undefined|script|href/);
});

test('numbers beside a picture have room: none is cut, none stands on another, and the limit is there', () => {
  const chart = chartOf('scalar', days([0.1, -123_456.789012]));
  assert.ok(chart);
  const svg = svgOf('a'.repeat(200), chart);
  const ends = [...svg.matchAll(/<text x="(\d+)" y="([\d.]+)" dy="4" text-anchor="end">([^<]+)</g)];
  assert.deepEqual(
    ends.map(([, , , number]) => number),
    ['0.2', '-123456.789012'],
  );
  for (const [, at, , number] of ends) assert.ok(Number(at) >= 7 * String(number).length);
  assert.match(svg, /<title>a{200}<\/title>/);
  assert.match(svg, /font-weight="600">a{40,90}…</);
});
