import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import { Random } from '../../learn/random.ts';
import { BodyReader } from './body-reader.ts';

const columns = {
  case_id: col.text(),
  urgent: col.boolean().optional(),
  tags: col.list(col.text()),
  weights: col.list(col.real().optional()),
  candidates: col.list({
    lawyer_id: col.text(),
    age: col.integer().min(18),
    distance: col.real(),
    area: col.text().oneOf('civil', 'penal').optional(),
    score: col.real().max(1).optional(),
  }),
};
const candidate = { lawyer_id: 'Ana', age: 44, distance: -0.125, area: 'civil', score: 0.5 };
const body = {
  ...{ case_id: 'ação 1', urgent: true, tags: ['a', ''], weights: [1, null, -2.5e-7] },
  candidates: [candidate, { ...candidate, lawyer_id: 'Bia', distance: 0, area: null, score: null }],
};

const readerOf = (of: Columns = columns): BodyReader => {
  const reader = BodyReader.of(of, { items: 3 });
  assert.ok(reader);
  return reader;
};
const read = (text: string | Buffer, reader = readerOf()): unknown => reader.read(Buffer.from(text));

test('a body is what JSON.parse would give, its rows plain objects', () => {
  assert.deepEqual(read(JSON.stringify(body)), body);
  assert.deepEqual(read(` ${JSON.stringify(body, null, '\t')}\r\n`), body);
  assert.deepEqual(read('{"case_id":"","urgent":null,"tags":[],"weights":[ ],"candidates":[]}'), {
    ...{ case_id: '', urgent: null, tags: [], weights: [], candidates: [] },
  });
});

test('numbers are to the last bit those of JSON.parse', () => {
  const reader = readerOf({ number: col.real() });
  const random = new Random(5);
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join('');
  const texts = [
    '0',
    '-0',
    '0.1',
    '1e22',
    '123456789012345',
    '1234567890123456',
    '9007199254740993',
    '4.9e-324',
    '1E+3',
  ];
  for (let round = 0; round < 20_000; round += 1) {
    const whole = String(Number(digits(1 + random.below(10))));
    const exponent = random.below(4) === 0 ? `e${random.below(2) ? '-' : ''}${random.below(30)}` : '';
    texts.push(
      `${random.below(2) ? '-' : ''}${whole}${random.below(4) ? `.${digits(1 + random.below(16))}` : ''}${exponent}`,
    );
  }
  for (const text of texts)
    assert.ok(Object.is((read(`{"number":${text}}`, reader) as { number: number }).number, JSON.parse(text)), text);
  for (const text of [
    '1e999',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    'NaN',
    '0x1',
    '1_0',
    '',
    '--1',
    `0.${'1'.repeat(500)}`,
  ])
    assert.equal(read(`{"number":${text}}`, reader), undefined, text);
});

test('nothing is said of what is not as expected', () => {
  const text = JSON.stringify(body);
  const cases = {
    'a value of another kind': text.replace('44', '"44"'),
    'a whole number that is none': text.replace('44', '44.5'),
    'a number beyond its rule': text.replace('44', '17'),
    'an optional number beyond its rule': text.replace('0.5', '1.5'),
    'a text that is no choice': text.replace('civil', 'cível'),
    'null where something is promised': text.replace('-0.125', 'null'),
    'a name that is not there': text.replace('"urgent":true,', ''),
    'a name that nobody knows': text.replace('"urgent"', '"other":1,"urgent"'),
    'a name twice': text.replace('"urgent"', '"case_id":"1","urgent"'),
    'an escape': text.replace('Ana', 'A\\u006ea'),
    'a line end in a text': text.replace('Ana', 'A\nna'),
    'more items than a list may have': text.replace('[1,null', '[1,1,1,null'),
    'something behind it': `${text}{}`,
    'a list in its place': `[${text}]`,
    'a comma too many': text.replace('""]', '"",]'),
    'half of a word': text.replace('true', 'tru'),
  };
  for (const [what, wrong] of Object.entries(cases)) {
    assert.notEqual(wrong, text, what);
    assert.equal(read(wrong), undefined, what);
  }
  for (let end = 0; end < text.length; end += 1) assert.equal(read(text.slice(0, end)), undefined, text.slice(0, end));
});

test('names are expected in the order in which they came last; an optional one may be left out', () => {
  const reader = readerOf();
  const { urgent: _, ...rest } = body;
  const turned = Object.fromEntries(Object.entries(rest).reverse());
  const candidates = body.candidates.map((one) => Object.fromEntries(Object.entries(one).reverse()));
  const text = JSON.stringify({ ...turned, candidates });
  assert.equal(read(text, reader), undefined);
  reader.learn(JSON.parse(text));
  const found = read(text, reader);
  assert.deepEqual(found, { ...body, urgent: null });
  assert.deepEqual(Object.keys(found as object), Object.keys(columns), 'rows of one shape, whatever came');
  assert.equal(read(JSON.stringify(body), reader), undefined);
  for (const strange of [
    null,
    1,
    [],
    {},
    { ...body, other: 1 },
    { candidates: 'none' },
    { ...body, candidates: [null] },
  ])
    reader.learn(strange);
  reader.learn(body);
  assert.deepEqual(read(JSON.stringify(body), reader), body);
});

test('of a text with bytes broken by chance it says nothing, or what JSON.parse says', () => {
  const random = new Random(11);
  const reader = readerOf();
  const whole = Buffer.from(JSON.stringify(body));
  let said = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.from(whole);
    const from = '{}[]",:.-0123456789eE+ntfu \\\n\u0000\u00ff';
    for (let change = random.below(3); change >= 0; change -= 1)
      bytes[random.below(bytes.length)] = from.charCodeAt(random.below(from.length));
    const found = reader.read(bytes);
    if (found === undefined) continue;
    said += 1;
    assert.deepEqual(found, JSON.parse(bytes.toString()), bytes.toString());
  }
  assert.ok(said > 500, `${said} were read`);
});

test('columns that it cannot judge are not read here', () => {
  const none = { at: col.timestamp(), price: col.decimal(10, 2), free: col.json(), big: col.bigint(), day: col.date() };
  for (const [name, column] of Object.entries({ ...none, code: col.text().matches(/^a/) })) {
    assert.equal(BodyReader.of({ [name]: column }, { items: 3 }), undefined, name);
    assert.equal(BodyReader.of({ rows: col.list({ [name]: column }) }, { items: 3 }), undefined, name);
  }
  assert.deepEqual(read('{"facts":[{"facts":1}]}', readerOf({ facts: col.list({ facts: col.real() }) })), {
    facts: [{ facts: 1 }],
  });
});
