// Draws docs/images/elasticity.svg: `node scripts/elasticity.ts > docs/images/elasticity.svg`. A hundred simulated products, of each the true elasticity, and what
// the naive and the treated way make of a year in which there are events, stock-outs and a rival who follows.
import { estimated } from '../src/learn/elasticity/simulation.ts';

const { truth, naive, treated } = estimated({ seed: 1, products: 100 });
const [width, height, edge] = [640, 480, 48];
const [low, high] = [-4.5, 0.5];
const [left, right] = [-4.2, -1.2];
const x = (value: number): string => (edge + ((value - left) / (right - left)) * (width - 2 * edge)).toFixed(1);
const y = (value: number): string => (height - edge - ((value - low) / (high - low)) * (height - 2 * edge)).toFixed(1);
const text = (at: readonly [x: string | number, y: string | number], words: string, more = ''): string =>
  `<text x="${at[0]}" y="${at[1]}" ${more}>${words}</text>`;
const ticks = [-4, -3, -2, -1, 0].map(
  (value) =>
    `<line x1="${edge}" x2="${width - edge}" y1="${y(value)}" y2="${y(value)}" stroke="#3a414b"/>${text([edge - 8, y(value)], `${value}`, 'text-anchor="end" dominant-baseline="middle"')}`,
);
const feet = [-4, -3.5, -3, -2.5, -2, -1.5].map((value) =>
  text([x(value), height - edge + 18], `${value}`, 'text-anchor="middle"'),
);
const points = Array.from(truth, (is, at) => {
  const [one, other] = [naive[at], treated[at]];
  if (!(one && other)) return '';
  const bar = `<line x1="${x(is)}" x2="${x(is)}" y1="${y(other.low)}" y2="${y(other.high)}" stroke="#58a6ff" opacity=".4"/>`;
  const dot = (value: number, colour: string): string =>
    `<circle cx="${x(is)}" cy="${y(value)}" r="3" fill="${colour}"/>`;
  return `${bar}${dot(other.value, '#58a6ff')}${dot(one.value, '#f0883e')}`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-sans-serif, 'DejaVu Sans', sans-serif" font-size="13" fill="#d6dbe1">
<title>Elasticities of simulated products: the truth, the naive and the treated estimates</title>
<rect width="${width}" height="${height}" rx="8" fill="#12161c"/>
${ticks.join('\n')}
${feet.join('\n')}
<line x1="${x(left)}" y1="${y(left)}" x2="${x(right)}" y2="${y(right)}" stroke="#d6dbe1" stroke-dasharray="4 4"/>
${points.join('\n')}
${text([edge, 24], 'estimated elasticity')}
${text([width - edge, height - 10], 'true elasticity', 'text-anchor="end"')}
<line x1="${width / 2 - 96}" x2="${width / 2 - 68}" y1="20" y2="20" stroke="#d6dbe1" stroke-dasharray="4 4"/>
${text([width / 2 - 62, 24], 'truth')}
${text([width / 2, 24], 'naive', 'fill="#f0883e"')}
${text([width / 2 + 60, 24], 'treated, with its interval', 'fill="#58a6ff"')}
</svg>`);
