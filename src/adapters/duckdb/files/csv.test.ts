import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from '../../../../test/reading.ts';
import { col } from '../../../columns/index.ts';
import { pick, randomFrom } from '../../../ports/conformance/hostile.ts';

const desk = new Desk();
const columns = { id: col.text().optional(), name: col.text().optional(), value: col.text().optional() };
const usual = ['a', '', '""', '"x"', '"a ""b"" c"', '"l1\nl2"', '"l1\r\nl2"', ' s ', '1.5', '"a,b"', 'é', '\\', '"\\"'];
const unusual = [
  '\ufeff',
  '#',
  'nul\0l',
  'a"b',
  '"a" ',
  ' "a"',
  '  "a"',
  'null',
  '\\N',
  'a\tb',
  ',',
  '"',
  '"" ""',
  '"x"y',
];

test('a record says the same whether the engine reads its file, or it is taken apart in Node', async (context) => {
  const seed = Number(process.env['ESTEIRA_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`ESTEIRA_SEED=${seed}`);
  const random = randomFrom(seed);
  const field = (): string =>
    random() < 0.75 ? pick(random, usual) : `${pick(random, usual)}${pick(random, unusual)}`;
  let compared = 0;
  for (let round = 0; round < 60; round += 1) {
    const end = pick(random, ['\n', '\r\n']);
    const record = (): string => (random() < 0.08 ? '' : [field(), field(), field()].join(','));
    const records = Array.from({ length: 1 + Math.floor(random() * 4) }, record);
    const content = ['id,name,value', ...records, ''].join(end);
    const whole = await desk.stage(columns, [await desk.file('1.csv', content)]);
    // Quotes that are not closed take in whatever follows.
    const last = whole.rows.at(-1)?.[4];
    if (typeof last === 'string' && last.startsWith('"')) continue;
    // One record that the engine refuses, and the whole file is taken apart.
    const single = await desk.stage(columns, [await desk.file('1.csv', `${content}"x"y,b,c${end}`)]);
    assert.deepEqual(single.rows.slice(0, -1), whole.rows, JSON.stringify(content));
    assert.deepEqual(whole.bad, []);
    compared += whole.rows.length;
  }
  assert.ok(compared > 20, `${compared} records`);
});
