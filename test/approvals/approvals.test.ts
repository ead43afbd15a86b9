import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import type { World } from '../run/support/world.ts';
import { answer, begin, definitions, lineOf, lines, put, run, start, table, through } from './world.ts';

describe('rows that people let through', () => {
  let world: World;
  before(async () => {
    world = await begin([
      { sku: 'A', to: 10.4 },
      { sku: 'B', to: 10.1 },
      { sku: 'C', to: 12 },
      { sku: 'D', to: '' },
      { sku: 'E', to: 9.5 },
      { sku: 'F', to: 10.6 },
    ]);
    await run(world, 'daily');
  });
  after(() => world.close());

  test('are proposed by the run that publishes them; what needs no answer is not asked, and small changes approve themselves', async () => {
    const all = await lines(world);
    assert.deepEqual(
      all.map(({ row, state }) => `${row['sku']} ${state}`),
      ['A proposed', 'C proposed', 'E proposed', 'F proposed'],
    );
    assert.deepEqual(await through(world), ['B 10.1 by rule hardly a change'], 'in the very run that proposed it');
    const a = await lineOf(world, 'A');
    assert.deepEqual([a.bulk, a.effect['revenue']?.toFixed(6), a.second], [['small steps'], '40.000000', undefined]);
    assert.equal((await lineOf(world, 'C')).second, 'pricing');
    assert.equal(a.expiresAt, Temporal.Instant.from(start).add({ hours: 72, minutes: 1 }).toString());
  });

  test('are let through by somebody of the group alone, as they were seen', async () => {
    const a = await lineOf(world, 'A');
    assert.equal(await answer(world, 'approve', a, 'eva'), 'NOT_ALLOWED');
    assert.equal(await answer(world, 'approve', a.line.replace(/@1$/, ''), 'ana'), 'COMMAND_UNKNOWN');
    assert.equal(await answer(world, 'approve', 'nothing@1', 'ana'), 'NAME_UNKNOWN');
    assert.equal(await answer(world, 'approve', a, 'ana'), 'approved');
    assert.equal(await answer(world, 'approve', a, 'rui'), 'DECIDED_ALREADY');
    assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'rui'), 'DECIDED_ALREADY', 'once is enough');
    assert.deepEqual((await through(world)).length, 1, 'nothing gets out before a run applies it');
    await run(world, 'apply');
    assert.deepEqual(await through(world), ['A 10.4 by ana', 'B 10.1 by rule hardly a change']);
    await run(world, 'apply');
    assert.equal((await world.rows('select count(*) from approved_prices')).flat()[0], 2);
    assert.equal(await answer(world, 'reject', await lineOf(world, 'A'), 'ana', 'stock'), 'DECIDED_ALREADY');
  });

  test('are changed within the rules, and not approved by who has changed them', async () => {
    const e = await lineOf(world, 'E');
    assert.equal(await answer(world, 0, e, 'ana'), 'ROWS_INVALID', 'a rule of its column');
    assert.equal(await answer(world, 16, e, 'ana'), 'ROWS_INVALID', 'a rule over the row');
    assert.equal(await answer(world, 'nothing', e, 'ana'), 'ROWS_INVALID', 'a row that needs no answer');
    const unknown = world.do('approvals edit', { name: table, line: e.line, set: { price: '1' }, by: 'ana' });
    await assert.rejects(unknown, { code: 'NAME_UNKNOWN' });
    assert.equal(await answer(world, 9.7, e, 'ana'), 'edited');
    assert.equal(await answer(world, 'approve', e, 'rui'), 'DECIDED_ALREADY', 'it was seen before it was changed');
    const edited = await lineOf(world, 'E');
    assert.deepEqual([edited.edited, edited.effect['revenue']?.toFixed(6)], [{ recommended_price: 9.7 }, '-30.000000']);
    assert.equal(await answer(world, 'approve', edited, 'ana'), 'NOT_ALLOWED');
    assert.equal(await answer(world, 'approve', edited, 'rui'), 'approved');
    await run(world, 'apply');
    assert.ok((await through(world)).includes('E 9.7 by rui, edited'));
  });

  test('need a second person over the limit, who sees what was changed', async () => {
    const c = await lineOf(world, 'C');
    assert.equal(await answer(world, 'approve', c, 'ana'), 'approved once');
    const once = await lineOf(world, 'C');
    assert.equal(await answer(world, 'approve', once, 'ana'), 'NOT_ALLOWED', 'not the same person');
    assert.equal(await answer(world, 'approve', once, 'leo'), 'NOT_ALLOWED', 'not another of the same group');
    assert.equal(await answer(world, 11.5, once, 'rui'), 'edited');
    assert.equal(await answer(world, 'approve', once, 'eva'), 'DECIDED_ALREADY', 'who has seen the other price');
    const edited = await lineOf(world, 'C');
    assert.deepEqual(edited.approvers, [], 'ana has approved another price');
    assert.equal(await answer(world, 'approve', edited, 'eva'), 'approved once');
    assert.equal(await answer(world, 'approve', await lineOf(world, 'C'), 'ana'), 'approved');
    await run(world, 'apply');
    assert.ok((await through(world)).includes('C 11.5 by eva, ana, edited'));
    const shown = await world.do('approvals show', { name: table, line: (await lineOf(world, 'C')).line });
    assert.deepEqual(
      shown.events.map(({ by, state }) => `${state} by ${by.replace(/run .*/, 'a run')}`),
      [
        'proposed by nobody',
        'approved once by ana',
        'edited by rui',
        'approved once by eva',
        'approved by ana',
        'applied by a run',
      ],
    );
  });

  test('are rejected for a reason that the definition names', async () => {
    const f = await lineOf(world, 'F');
    assert.equal(await answer(world, 'reject', f, 'ana'), 'COMMAND_UNKNOWN');
    assert.equal(await answer(world, 'reject', f, 'ana', 'I do not like it'), 'COMMAND_UNKNOWN');
    assert.equal(await answer(world, 'reject', f, 'ana', "brand's"), 'rejected');
    await run(world, 'apply');
    assert.ok(!(await through(world)).some((one) => one.startsWith('F')));
    const { approvals } = await world.do('approvals list', {});
    assert.deepEqual(approvals[0]?.counts, { applied: 4, rejected: 1 });
  });
});

test('a row that comes anew takes the place of its line, also of one that was approved; the same row is not asked for twice', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.4 },
    { sku: 'C', to: 10.4 },
    { sku: 'D', to: 10.4 },
  ]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'B'), 'ana'), 'approved');
  put(world.folder, [
    { sku: 'A', to: 10.5 },
    { sku: 'B', to: 10.4 },
    { sku: 'C', to: '' },
  ]);
  await run(world, 'propose');
  const all = await lines(world, ['proposed', 'approved', 'replaced']);
  assert.deepEqual(
    all.map(({ row, state }) => `${row['sku']} ${row['recommended_price']} ${state}`),
    ['A 10.4 replaced', 'B 10.4 approved', 'C 10.4 replaced', 'D 10.4 replaced', 'A 10.5 proposed'],
  );
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['B 10.4 by ana']);
  await world.close();
});

test('a row that nobody has let through in time is refused, and one that was approved in time is applied later', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.4 },
  ]);
  await run(world, 'propose');
  const [a, b] = [await lineOf(world, 'A'), await lineOf(world, 'B')];
  assert.equal(await answer(world, 'approve', b, 'ana'), 'approved');
  world.setClock('2026-09-20T06:01:00Z');
  assert.equal(await answer(world, 'approve', a, 'ana'), 'DECIDED_ALREADY');
  assert.equal((await lineOf(world, 'A')).state, 'expired');
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['B 10.4 by ana']);
  await world.close();
});

test('settings are those of the moment: what needs a second person by now is not approved by one', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.1 },
  ]);
  await world.do('settings set', { name: 'config.prices.itself', value: '0', by: 'eva' });
  await run(world, 'propose');
  await world.do('settings set', { name: 'config.prices.second', value: '0.03', by: 'eva' });
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved once');
  assert.equal((await lineOf(world, 'B')).state, 'proposed');
  await world.close();
});

test('what was changed needs a second person too where nobody can say whether it does', async () => {
  const world = await begin([{ sku: 'A', to: 10.4 }], definitions.replace(/^ {2}only: .*\n/m, ''));
  await run(world, 'propose');
  assert.equal((await lineOf(world, 'A')).second, undefined);
  assert.equal(await answer(world, 'nothing', await lineOf(world, 'A'), 'ana'), 'edited');
  assert.equal((await lineOf(world, 'A')).second, 'pricing');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'leo'), 'approved once');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'eva'), 'approved');
  await world.close();
});

test('what is none of the rows that are to be answered by now is not approved, and not applied where it was approved before', async () => {
  const world = await begin(
    ['A', 'B', 'C', 'D'].map((sku) => ({ sku, to: sku === 'D' ? 10.7 : 10.4 })),
    definitions.replace(/^ {2}only: .*$/m, `  only: sql\`recommended_price / price - 1 > \${limits.itself}\`,`),
  );
  await run(world, 'propose');
  for (const sku of ['A', 'B']) assert.equal(await answer(world, 10.3, await lineOf(world, sku), 'ana'), 'edited');
  for (const sku of ['A', 'D'])
    assert.equal(await answer(world, 'approve', await lineOf(world, sku), 'leo'), 'approved');
  await world.do('settings set', { name: 'config.prices.itself', value: '0.05', by: 'eva' });
  for (const sku of ['B', 'C'])
    assert.equal(await answer(world, 'approve', await lineOf(world, sku), 'leo'), 'ROWS_INVALID', sku);
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'leo'), 'DECIDED_ALREADY');
  assert.equal(await answer(world, 'reject', await lineOf(world, 'B'), 'leo', 'stock'), 'rejected');
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['D 10.7 by leo']);
  const [left] = await lines(world, ['replaced']);
  assert.deepEqual([left?.row['sku'], left?.edited], ['A', { recommended_price: 10.3 }]);
  await world.close();
});

test('a condition may ask other rows: of a day that is over nothing is asked, and what was approved of it does not get out', async () => {
  const world = await begin(
    [
      { sku: 'A', to: 10.4, date: '2026-09-16' },
      { sku: 'B', to: 10.1, date: '2026-09-16' },
      { sku: 'A', to: 10.4 },
      { sku: 'B', to: 10.4 },
    ],
    definitions.replace(/^ {2}only: .*$/m, '  only: sql`date = (select max(date) from ${recommendations})`,'),
  );
  const waiting = async () => (await lines(world)).map(({ row }) => `${row['date']} ${row['sku']}`);
  await run(world, 'daily');
  assert.deepEqual(await waiting(), ['2026-09-17 A', '2026-09-17 B']);
  assert.deepEqual(await through(world), [], 'the small step of the day before');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved');
  put(world.folder, [
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.4 },
    { sku: 'A', to: 10.5, date: '2026-09-18' },
  ]);
  await run(world, 'daily');
  assert.deepEqual(await waiting(), ['2026-09-18 A']);
  assert.deepEqual(await through(world), []);
  await world.close();
});

test('a bulk rule approves what it holds for with one answer, and leaves what somebody has changed', async () => {
  const skus = Array.from({ length: 700 }, (_, n) => `S${n}`);
  const world = await begin(skus.map((sku, n) => ({ sku, to: n % 2 === 0 ? 10.3 : 10.7 })));
  await run(world, 'propose');
  assert.equal(await answer(world, 10.31, await lineOf(world, 'S0'), 'rui'), 'edited');
  await assert.rejects(world.do('approvals approve', { name: table, rule: 'large steps', by: 'ana' }), {
    code: 'NAME_UNKNOWN',
  });
  const view = await world.do('approvals approve', { name: table, rule: 'small steps', by: 'ana' });
  assert.equal(view.lines.filter(({ state }) => state === 'approved').length, 349);
  await run(world, 'apply');
  assert.equal((await through(world)).length, 349);
  const found = await world.rows('select distinct recommended_price, approved_by from approved_prices');
  assert.deepEqual(found, [[10.3, 'ana']]);
  await world.close();
});

test('answers cross a file: edits, decisions and reasons are taken, and what somebody has changed since is told', async () => {
  const world = await begin(['A', 'B', 'C', 'D', 'E'].map((sku) => ({ sku, to: 10.4 })));
  await run(world, 'propose');
  const { csv } = await world.do('approvals export', { name: table });
  assert.equal(csv.split('\r\n').length, 7);
  const decide: Readonly<Record<string, (row: string) => string>> = {
    A: (row) => row.replace(/,,$/, ',approve,'),
    B: (row) => row.replace(/,,$/, ",reject,brand's"),
    C: (row) => row.replace(',10.4,', ',10.2,').replace(/,,$/, ',approve,'),
    D: (row) => row.replace(/,,$/, ',approve,'),
    E: (row) => row,
  };
  const filled = csv
    .split('\r\n')
    .map((row) => decide[/2026-09-17,(\w),/.exec(row)?.[1] ?? '']?.(row) ?? row)
    .join('\r\n');
  assert.equal(await answer(world, 10.45, await lineOf(world, 'D'), 'rui'), 'edited');
  const view = await world.do('approvals import', { name: table, csv: filled, by: 'ana' });
  assert.deepEqual(
    view.lines.map(({ of, state, why }) => `${of.slice(-1)} ${state}${why ? `: ${why}` : ''}`).toSorted(),
    [
      'A approved',
      'B rejected',
      'C edited',
      'D edited: date 2026-09-17, sku D is not as it was seen: rui has changed it to recommended_price 10.45.',
    ],
  );
  assert.deepEqual((await lineOf(world, 'C')).edited, { recommended_price: 10.2 });
  assert.equal((await lineOf(world, 'E')).state, 'proposed');
  const semicolons = filled.replaceAll(',', ';');
  const again = await world.do('approvals import', { name: table, csv: semicolons, by: 'leo' });
  assert.deepEqual(
    again.lines.map(({ why }) => / is not as it was seen/.test(why ?? '')),
    [true, true, true, true],
    'spreadsheets of other countries write it so, and each line is said',
  );
  for (const csv of ['', 'a,b\r\n1,2', filled.replace('reject', 'perhaps'), filled.replace(',E,10,', ',E,11,'), '"'])
    await assert.rejects(world.do('approvals import', { name: table, csv, by: 'leo' }), (error: unknown) => {
      assert.ok(error instanceof EsteiraError);
      assert.equal(error.code, 'FILE_UNUSABLE', csv);
      return true;
    });
  await world.close();
});

test('what was changed in a file of a line that somebody has changed since is told, and what was not is nothing', async () => {
  const world = await begin(['A', 'B', 'C'].map((sku) => ({ sku, to: 10.4 })));
  await run(world, 'propose');
  assert.equal(await answer(world, 10.45, await lineOf(world, 'C'), 'rui'), 'edited');
  const { csv } = await world.do('approvals export', { name: table });
  for (const [sku, to] of [
    ['A', 10.5],
    ['B', 10.5],
    ['C', 10.4],
  ] as const)
    assert.equal(await answer(world, to, await lineOf(world, sku), 'rui'), 'edited');
  const filled = csv.replace(',A,10,10.4,', ',A,10,10.2,').replace(',C,10,10.45,', ',C,10,10.4,');
  const told = await world.do('approvals import', { name: table, csv: filled, by: 'ana' });
  assert.deepEqual(
    told.lines.map(({ of, why }) => [of.slice(-1), /rui has changed it/.test(why ?? '')]),
    [
      ['A', true],
      ['C', true],
    ],
  );
  const onlyC = csv.replace(',C,10,10.45,', ',C,10,10.4,');
  await assert.rejects(world.do('approvals import', { name: table, csv: onlyC, by: 'ana' }), {
    code: 'DECIDED_ALREADY',
  });
  const { lines: none } = await world.do('approvals import', { name: table, csv, by: 'ana' });
  assert.deepEqual(none, [], 'all of them say what they said when they were exported');
  const key = csv.replace(',B,10,', ',B,11,');
  await assert.rejects(world.do('approvals import', { name: table, csv: key, by: 'ana' }), { code: 'FILE_UNUSABLE' });
  await world.close();
});

test('a table may have columns that are called as those of the answers are: then these are called otherwise', async () => {
  const own = {
    line_: '',
    state: 'SP',
    reason: 'raise',
    Decision: 'buy',
    'approval reason': 'none',
    'effect revenue': 'big',
  };
  const columns = Object.keys(own).map((name) => `'${name}': col.text(),`);
  const values = Object.entries(own).map(([name, value]) => `'${value}' as "${name}"`);
  const world = await begin(
    ['A', 'B', 'C'].map((sku) => ({ sku, to: 10.4 })),
    definitions.replace(
      '  columns,\n  rows: landing,',
      `  columns: { ...columns, ${columns.join(' ')} },\n  rows: sql\`select *, ${values.join(', ')} from \${landing}\`,`,
    ),
  );
  await run(world, 'propose');
  const { csv } = await world.do('approvals export', { name: table });
  const [head = ''] = csv.split('\r\n');
  assert.equal(
    head.slice(1),
    'line,approval state,second,bulk,expires_at,date,sku,price,recommended_price,units,line_,state,reason,Decision,approval reason,effect revenue,show today,show change %,approval effect revenue,approval decision,approval approval reason',
  );
  const filled = csv
    .replace(/^(.*,A,.*),,\r$/m, "$1,reject,brand's\r")
    .replace(/^(.*,B,10,)10\.4(,.*),,\r$/m, '$110.3$2,,too much\r')
    .replace(/^(.*,C,.*),,\r$/m, '$1,approve,\r');
  const view = await world.do('approvals import', { name: table, csv: filled, by: 'ana' });
  assert.deepEqual(
    view.lines.map(({ of, state }) => `${of.slice(-1)} ${state}`),
    ['A rejected', 'B edited', 'C approved'],
  );
  assert.deepEqual([(await lineOf(world, 'A')).reason, (await lineOf(world, 'B')).reason], ["brand's", 'too much']);
  const twice = csv.replace('approval approval reason', 'reason');
  await assert.rejects(world.do('approvals import', { name: table, csv: twice, by: 'ana' }), { code: 'FILE_UNUSABLE' });
  await world.close();
});

test('a line that is answered twice at once is refused with all the others, and stays what it was', async () => {
  const world = await begin(['A', 'B', 'C'].map((sku) => ({ sku, to: 10.4 })));
  await run(world, 'propose');
  assert.equal(await answer(world, 15, await lineOf(world, 'A'), 'ana'), 'edited');
  const { csv } = await world.do('approvals export', { name: table });
  const [head = '', ...rows] = csv.split('\r\n');
  const rowOf = (sku: string): string => rows.find((row) => row.includes(`,${sku},`)) ?? '';
  const twice = {
    'the second one within the limit': [
      rowOf('A').replace(/,,$/, ',approve,'),
      rowOf('A').replace(',15,', ',10.1,').replace(/,,$/, ',,'),
    ],
    'the first one against a rule': [rowOf('B').replace(',10.4,', ',16,'), rowOf('B').replace(',10.4,', ',10.2,')],
  };
  for (const [which, both] of Object.entries(twice)) {
    const file = [head, rowOf('C').replace(/,,$/, ',approve,'), ...both].join('\r\n');
    await assert.rejects(world.do('approvals import', { name: table, csv: file, by: 'leo' }), (error: unknown) => {
      assert.ok(error instanceof EsteiraError, which);
      assert.equal(error.code, 'FILE_UNUSABLE', which);
      return /in rows 3 and 4$/.test(error.details.got ?? '');
    });
  }
  const { line } = await lineOf(world, 'B');
  await assert.rejects(
    world.do('approvals approve', { name: table, lines: [line, line.slice(0, 12) + line.slice(-2)], by: 'leo' }),
    { code: 'COMMAND_UNKNOWN', message: /answered twice/ },
  );
  const stand = (await lines(world)).map(({ row, edited, state }) => [row['sku'], edited['recommended_price'], state]);
  assert.deepEqual(stand, [
    ['A', 15, 'edited'],
    ['B', undefined, 'proposed'],
    ['C', undefined, 'proposed'],
  ]);
  await world.close();
});

test('the share that people reject is a figure of a monitor', async () => {
  const world = await begin(['A', 'B', 'C'].map((sku) => ({ sku, to: 10.4 })));
  await run(world, 'propose');
  for (const sku of ['A', 'B']) await answer(world, 'reject', await lineOf(world, sku), 'ana', 'margin');
  await answer(world, 'approve', await lineOf(world, 'C'), 'ana');
  await run(world, 'apply');
  const { monitors } = await world.do('monitors', {});
  assert.match(
    JSON.stringify(monitors),
    /66\.7 % of the rows of recommendations_v1_approved_by_sales that people answered within 7 days were rejected \(2 of 3\)/,
  );
  await world.close();
});
