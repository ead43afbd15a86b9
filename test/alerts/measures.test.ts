import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AlertsView, MonitorsView } from '../../src/operate/index.ts';
import type { Sandbox } from '../sandbox.ts';
import { WebhookSink } from './sinks.ts';
import { day, world } from './world.ts';

const rows = (count: number, invalid = 0, from = 0): (readonly [number, number])[] =>
  Array.from({ length: count }, (_, index) => [from + index, index < invalid ? -1 : 5] as const);
/** Days of one week after the other, each run at its own time. */
const run = async (project: Sandbox, date: string, now = `${date}T12:00:00Z`, exit = 0) => {
  const ended = await project.give(['run', 'daily', '--date', date], { ESTEIRA_NOW: now });
  assert.equal(ended.exit, exit, ended.out + ended.err);
  return ended.out;
};

describe('what monitors measure, and what people are told of it', () => {
  const hook = new WebhookSink();
  before(async () => void (await hook.open()));
  after(() => hook.close());
  const worldOf = async (more: string): Promise<Sandbox> => {
    const project = world({ hook, more, inside: true });
    await project.succeed('setup');
    return project;
  };
  const told = (monitor: string) =>
    hook.calls.filter(({ notice }) => notice.monitor === monitor).map(({ notice }) => notice);

  test('an invalid share names the table, the rule, how many, since when and a row; its limit may be a setting', async () => {
    const project = await worldOf(`
export const refused = monitor('invalidos', { expect: atMost(invalidShare(bronze, orders), limites.invalidos), tell: 'plantao', next: 'Corrija na origem' });
`);
    const days = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
    for (const [index, date] of days.entries()) {
      day(project, date, rows(100, index < 2 ? 2 : 20, index * 100));
      await run(project, date);
    }
    const [raised, ...others] = told('invalidos');
    assert.deepEqual(
      [raised?.kind, ...others.map(({ kind }) => kind)],
      ['raised', 'still'],
      'the day after it is told as what it is',
    );
    assert.match(
      raised?.figure.what ?? '',
      /^silver\.orders: 20 % of its rows are invalid \(20 of 100\); at most 5 % is expected$/,
    );
    const text = (raised?.figure.facts ?? []).join('\n');
    assert.match(text, /^silver\.orders_invalidos: 20 rows of 100, 20 %; usually 2 % \(2 runs before\)$/m);
    assert.match(text, /^ {2}price_positive is false in 20 rows, usually in 2, since this run$/m);
    assert.match(text, /such as \{"id":20\d,"price":-1/);
    assert.ok(raised?.figure.look.includes('esteira show silver.orders_invalidos'));
    const view = await project.ask<MonitorsView>('monitors', 'inval');
    assert.deepEqual(
      view.history?.map(({ verdict, text: figure }) => `${verdict} ${figure}`),
      ['broken 20 %', 'broken 20 %', 'held 2 %', 'held 2 %'],
    );
    assert.equal(view.monitors[0]?.limit, 'at most 5 % (config.limites.invalidos)');
    assert.match(
      view.history?.[0]?.facts.join('\n') ?? '',
      /price_positive is false in 20 rows, usually in 2, since the run of 2026-03-04/,
    );
    await project.succeed('settings', 'set', 'config.limites.invalidos', '0.5');
    day(project, '2026-03-06', rows(100, 20, 400));
    await run(project, '2026-03-06');
    assert.equal(told('invalidos').at(-1)?.kind, 'over');
    assert.match(told('invalidos').at(-1)?.figure.what ?? '', /20 % .*; at most 50 % is expected/);
  });

  test('tables without a row are told together, and a volume is compared with the same weekday', async () => {
    const project = await worldOf(`
export const empty = monitor('vazio', { expect: atLeast(rowsIn(bronze), 1), tell: 'plantao' });
export const few = monitor('poucas', { expect: atLeast(volume(bronze), 0.5), tell: 'plantao' });
`);
    // Mondays bring 10 rows, other days 100.
    let next = 0;
    for (
      let date = Temporal.PlainDate.from('2026-02-02');
      date.toString() < '2026-03-03';
      date = date.add({ days: 1 })
    ) {
      if (date.dayOfWeek > 2) continue;
      const count = date.dayOfWeek === 1 ? 10 : 100;
      day(project, date.toString(), rows(count, 0, next));
      next += count;
      await run(project, date.toString());
    }
    const late = [...told('vazio'), ...told('poucas')].filter(({ figure }) => figure.date >= '2026-02-23');
    assert.deepEqual(late, [], 'as soon as there are three a Monday is like a Monday');
    hook.calls.length = 0;
    day(project, '2026-03-03', rows(20, 0, next));
    await run(project, '2026-03-03');
    const [few] = told('poucas');
    assert.match(few?.figure.what ?? '', /^bronze\.orders received 20 % of its usual rows; at least 50 % is expected$/);
    assert.deepEqual(few?.figure.facts, ['bronze.orders: 20 rows; the median of 4 Tuesdays before is 100']);
    await run(project, '2026-03-04');
    const [empty] = told('vazio');
    assert.match(empty?.figure.what ?? '', /^bronze\.orders received 0 rows; at least 1 is expected$/);
    assert.match(empty?.figure.facts.join() ?? '', /bronze\.orders: 0 rows \(usually 15\)|usually \d+/);
  });

  test('a number of a query, rows that should not be, and what cannot be measured', async () => {
    const project = await worldOf(`
export const sum = monitor('soma', { expect: atMost(scalar(sql\`select sum(price) from \${orders}\`), 100), tell: 'plantao' });
export const none = monitor('caros', { expect: expectNone(sql\`select id, price from \${orders} where price > 50\`), tell: 'plantao' });
export const odd = monitor('estranho', { expect: atMost(scalar(sql\`select error('no such number')::double from \${orders}\`), 1), tell: 'plantao' });
export const nothing = monitor('nada', { expect: atMost(scalar(sql\`select null::double from \${orders} where false\`), 1), tell: 'plantao' });
`);
    day(project, '2026-03-02', [
      [1, 60],
      [2, 70],
    ]);
    const out = await run(project, '2026-03-02');
    assert.match(out, /alert: soma: the number is 130; at most 100 is expected; plantao is told/);
    assert.match(told('caros')[0]?.figure.what ?? '', /^2 rows that should not be there/);
    assert.deepEqual(told('caros')[0]?.figure.facts, ['such as {"id":1,"price":60}', 'such as {"id":2,"price":70}']);
    assert.match(told('estranho')[0]?.figure.what ?? '', /^it could not be measured: /);
    assert.match(told('estranho')[0]?.figure.facts.join('\n') ?? '', /no such number/);
    const { monitors } = await project.ask<MonitorsView>('monitors');
    assert.equal(monitors.find(({ monitor }) => monitor === 'nada')?.last?.verdict, 'unknown');
    assert.equal(monitors.find(({ monitor }) => monitor === 'estranho')?.last?.verdict, 'failed');
    const text = await project.succeed('monitors');
    assert.match(text, /^soma +broken +130 +at most 100/m);
    for (const line of (await project.give(['monitors'], { COLUMNS: '80' })).out.split('\n'))
      assert.ok(line.length <= 80, line);
    for (const line of (await project.give(['alerts'], { COLUMNS: '80' })).out.split('\n'))
      assert.ok(line.length <= 80, line);
  });

  test('failures count in a row, with each step that fails anew told; a day that runs well ends them', async () => {
    const project = await worldOf(`
export const twice = monitor('duas falhas', { expect: atMost(failures(daily), 1), tell: 'plantao' });
`);
    for (const [date, kinds] of [
      ['2026-03-02', []],
      ['2026-03-03', ['raised']],
      ['2026-03-04', ['raised', 'still']],
    ] as const) {
      day(project, date, [[1, 2_000_000]]);
      await run(project, date, `${date}T12:00:00Z`, 1);
      assert.deepEqual(
        told('duas falhas').map(({ kind }) => kind),
        kinds,
      );
    }
    assert.match(
      told('duas falhas')[1]?.figure.what ?? '',
      /daily failed for 2026-03-04 at silver\.orders, 3 times in a row/,
    );
    day(project, '2026-03-01', [[1, 2]]);
    await run(project, '2026-03-01', '2026-03-04T13:00:00Z');
    assert.equal(told('duas falhas').length, 2, 'an earlier day that is well mends nothing of the later ones');
    day(project, '2026-03-05', [[1, 2]]);
    await run(project, '2026-03-05');
    assert.deepEqual(
      told('duas falhas').map(({ kind }) => kind),
      ['raised', 'still', 'over'],
    );
    const { open, recent } = await project.ask<AlertsView>('alerts');
    assert.deepEqual([open, recent.map(({ monitor }) => monitor).toSorted()], [[], ['duas falhas', 'pipeline falhou']]);
  });
});
