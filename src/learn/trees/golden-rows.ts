import { golden } from '../golden.ts';

/** For tests: the rows that `golden/make_trees.py` makes, from the same whole numbers, and what LightGBM made of them. */
const given = golden('trees');
export const rows = 2000;
let state = 20261121;
function draw(end: number): number {
  state = Number((1103515245n * BigInt(state) + 12345n) % 2n ** 31n);
  return (state >> 8) % end;
}

export const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
export const columns = names.map(() => new Float64Array(rows));
const z = new Float64Array(rows);
for (let row = 0; row < rows; row += 1) {
  const [a, b] = [draw(10000), draw(100)];
  const c = Math.min(draw(40), draw(40));
  const [d, e, g, h] = [draw(3), draw(10), draw(1000), draw(50)];
  const small = e < 3 ? e : 0;
  z[row] = Math.floor(a / 100) + (b - 50) * (c % 3 === 0 ? 2 : -1) + ((c * 7) % 31) + 10 * d + small * 4 + draw(60);
  const values = [
    a / 1000,
    b % 10 === 3 ? Number.NaN : b / 10 - 5,
    c === 5 ? Number.NaN : c,
    d,
    small / 4,
    7,
    g / 8,
    h > 20 ? Number.NaN : h,
  ];
  for (const [index, value] of values.entries()) (columns[index] as Float64Array)[row] = value;
}

export const groups = Int32Array.from(given.groups as readonly number[]);
export const weights = Float32Array.from({ length: rows }, (_, row) => 1 + (row % 3) / 2);
export const targets = {
  regression: Float32Array.from(z, (value) => value / 16),
  binary: Float32Array.from(z, (value) => (value > 60 ? 1 : 0)),
  lambdarank: Float32Array.from(z, (value) => Math.max(0, Math.min(4, Math.floor(value / 30)))),
};
/** Columns that are categories. */
export const categories: ReadonlySet<number> = new Set([2, 3]);
export { given, z };
