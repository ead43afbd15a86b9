// One import, said as JSON: for tests that run it where something is not as usual.
import { EsteiraError } from '../../src/errors.ts';
import { col } from '../../src/index.ts';
import { converter } from './environment.ts';

const [, , file = '', how] = process.argv;
const rows = { rows: 2, columns: { minutes: { of: 'numbers', values: Float64Array.of(1, 2) } } } as const;
try {
  const features = { minutes: col.real() };
  const { isolation } = await converter().convert({ file, features, ...rows, isUnscanned: how === 'unscanned' });
  console.log(JSON.stringify({ isolation }));
} catch (error) {
  console.log(JSON.stringify(error instanceof EsteiraError ? error : { what: String(error) }));
}
