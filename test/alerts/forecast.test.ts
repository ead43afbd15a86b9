import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { MonitorsView } from '../../src/operate/index.ts';
import type { Sandbox } from '../sandbox.ts';
import { WebhookSink } from './sinks.ts';
import { world } from './world.ts';

/** What was forecast and what came, of two products; what has not come yet is empty. */
const forecasts = `
export const sold = source('landing.sold', { reader: files('sold/{date}.csv'), columns: { day: col.date(), sku: col.text(), forecast: col.real(), units: col.real().optional(), price: col.real() } });
export const beside = table('gold.beside', { columns: { ...sold.columns }, rows: sql\`select * from \${sold}\`, write: 'append' });
export const daily2 = job('forecasts', { when: byHand, build: [beside] });
const how = { actual: 'units', predicted: 'forecast' };
`;
const words = `import { bias, drift, mape, missingShare, wape } from 'esteira';\n`;
type Row = readonly [sku: string, forecast: number, units: number | '', price: number];
const sales = (project: Sandbox, date: string, rows: readonly Row[]): void =>
  project.write({
    [`data/sold/${date}.csv`]: `day,sku,forecast,units,price\n${rows.map((row) => `${date},${row.join(',')}\n`).join('')}`,
  });
const run = async (project: Sandbox, date: string): Promise<string> => {
  const ended = await project.give(['run', 'forecasts', '--date', date], { ESTEIRA_NOW: `${date}T12:00:00Z` });
  assert.equal(ended.exit, 0, ended.out + ended.err);
  return ended.out;
};

describe('what monitors measure of forecasts, of missing values and of rows beside those before', () => {
  const hook = new WebhookSink();
  before(async () => void (await hook.open()));
  after(() => hook.close());
  const worldOf = async (more: string): Promise<Sandbox> => {
    const project = world({ hook, more: words + forecasts + more, inside: true });
    await project.succeed('setup');
    return project;
  };
  const figures = async (project: Sandbox, monitor: string) =>
    (await project.ask<MonitorsView>('monitors', monitor)).history?.map(({ verdict, text }) => `${verdict} ${text}`);
  const told = (monitor: string) =>
    hook.calls.filter(({ notice }) => notice.monitor === monitor).map(({ notice }) => notice.figure);

  test('an error is told of all rows and of the worst segment, over the days that are asked for', async () => {
    const project = await worldOf(`
export const a = monitor('erro', { expect: atMost(mape(beside, { ...how, by: ['sku'], least: 2, over: { last: '2 days', at: 'day' } }), 0.25), tell: 'plantao' });
export const b = monitor('erro ponderado', { expect: atMost(wape(beside, { ...how, over: { last: '2 days', at: 'day' } }), 1) });
export const c = monitor('viés', { expect: atLeast(bias(beside, how), -0.5), tell: 'plantao' });
`);
    const good = (sku: string): Row => [sku, 110, 100, 5];
    sales(project, '2026-03-02', [good('A'), good('A'), good('B'), good('B')]);
    await run(project, '2026-03-02');
    assert.deepEqual(await figures(project, 'erro'), ['held 10 %']);
    assert.deepEqual(told('erro'), []);
    // The new regime: B sells twice what was forecast; one row has not come yet, one came as 0.
    sales(project, '2026-03-03', [good('A'), ['B', 50, 100, 5], ['B', 50, 100, 5], ['A', 7, '', 5], ['A', 3, 0, 5]]);
    await run(project, '2026-03-03');
    const [raised] = told('erro');
    assert.match(
      raised?.what ?? '',
      /^the MAPE of gold\.beside, sku B, from 2026-03-02 to 2026-03-03 is 30 % \(forecast beside units, 4 rows\); at most 25 % is expected$/,
    );
    assert.deepEqual(raised?.facts, [
      'sku B: MAPE 30 %, WAPE 30 %, bias -20 % of 4 rows',
      '1 row from 2026-03-02 to 2026-03-03 with nothing yet in units or forecast',
    ]);
    assert.deepEqual(
      raised?.parts.map(({ of, isBroken }) => `${of} ${isBroken}`),
      ['gold.beside false', 'sku B true', 'sku A false'],
    );
    assert.deepEqual(await figures(project, 'erro ponderado'), ['held 21.9 %', 'held 10 %']);
    sales(project, '2026-03-04', [['A', 1, 1000, 5]]);
    await run(project, '2026-03-04');
    assert.match(told('viés')[0]?.what ?? '', /^the bias of gold\.beside is -61\.5 % .*at least -50 % is expected$/);
    sales(project, '2026-03-20', [['A', 7, '', 5]]);
    await run(project, '2026-03-20');
    assert.deepEqual((await figures(project, 'erro ponderado'))?.[0], 'unknown undefined');
  });

  test('of fewer rows than are asked for nothing is judged, nor are all of them together', async () => {
    const drifts = `by: 'ks', columns: ['price'], from: { last: '3 days', at: 'day' }`;
    const project = await worldOf(`
export const few = monitor('poucas', { expect: atMost(mape(beside, { ...how, least: 3 }), 0.1), tell: 'plantao' });
export const segments = monitor('por produto', { expect: atMost(mape(beside, { ...how, by: ['sku'] }), 0.1), tell: 'plantao' });
export const any = monitor('todas', { expect: atMost(mape(beside, how), 0.1) });
export const moved = monitor('mudou', { expect: atMost(drift(beside, { ${drifts}, least: 2 }), 0.5), tell: 'plantao' });
export const movedAny = monitor('mudou de todo', { expect: atMost(drift(beside, { ${drifts} }), 0.5) });
`);
    const newest = async (monitor: string): Promise<string> => {
      const [last] = (await project.ask<MonitorsView>('monitors', monitor)).history ?? [];
      return `${last?.verdict}: ${last?.what}`;
    };
    sales(project, '2026-03-02', [
      ['A', 50, 100, 5],
      ['B', 50, 0, 6],
    ]);
    await run(project, '2026-03-02');
    assert.equal(
      await newest('poucas'),
      'unknown: gold.beside has 2 rows with forecast beside units; of fewer than 3 nothing is judged',
    );
    sales(project, '2026-03-03', [['A', 50, 100, 50]]);
    await run(project, '2026-03-03');
    assert.match(await newest('poucas'), /^broken: the MAPE of gold\.beside is 50 % .*3 rows/);
    assert.match(await newest('por produto'), /^unknown: .* 3 rows .*; of fewer than 30 nothing is judged$/);
    assert.match(await newest('todas'), /^broken: /);
    assert.equal(
      await newest('mudou'),
      'unknown: gold.beside has 1 row of 2026-03-03 and 2 from 2026-02-28 to 2026-03-02; of fewer than 2 nothing is judged',
    );
    assert.match(await newest('mudou de todo'), /^broken: .*distance 1 /);
    assert.deepEqual([told('por produto'), told('mudou')], [[], []]);
  });

  test('what is missing is counted of each column', async () => {
    const project = await worldOf(`
export const a = monitor('faltam', { expect: atMost(missingShare(beside, { over: { last: '1 day', at: 'day' } }), 0.4), tell: 'plantao' });
`);
    sales(project, '2026-03-02', [
      ['A', 1, 1, 5],
      ['A', 1, '', 5],
      ['A', 1, 1, 5],
    ]);
    await run(project, '2026-03-02');
    sales(project, '2026-03-03', [
      ['A', 1, '', 5],
      ['A', 1, '', 5],
      ['A', 1, 1, 5],
    ]);
    await run(project, '2026-03-03');
    assert.deepEqual(await figures(project, 'faltam'), ['broken 66.7 %', 'held 33.3 %']);
    assert.deepEqual(told('faltam')[0]?.facts, ['units: 2 of 3 rows']);
  });

  test('half of the prices of one segment are told of by its name, where those of all together hide it; a small one is not judged', async () => {
    const how = `{ by: 'ks', columns: ['price'], from: { last: '3 days', at: 'day' }, segments: ['sku'], least: 20 }`;
    const project = await worldOf(
      `export const a = monitor('por sku', { expect: atMost(drift(beside, ${how}), 0.6), tell: 'plantao' });`,
    );
    const rows = (cut: boolean): readonly Row[] => [
      ...Array.from(
        { length: 100 },
        (_, row): Row => [row < 25 ? 'A' : 'B', 1, 1, (50 + ((row * 37) % 50)) * (cut && row < 25 ? 0.25 : 1)],
      ),
      ['C', 1, 1, cut ? 1 : 60],
    ];
    for (const date of ['2026-03-02', '2026-03-03', '2026-03-04']) {
      sales(project, date, rows(date === '2026-03-04'));
      await run(project, date);
    }
    const [raised] = told('por sku');
    assert.match(
      raised?.what ?? '',
      /^price, sku A, of gold\.beside of 2026-03-04 has moved from that from 2026-03-01 to 2026-03-03: distance 1 \(25 rows and 50\)/,
    );
    assert.deepEqual(
      raised?.parts.map(({ of, isBroken }) => `${of} ${isBroken}`),
      ['price false', 'price, sku A true', 'price, sku B false'],
    );
  });

  test('a price that is cut by half shows beside the days before on that very day, by each way', async () => {
    const days = `from: { last: '3 days', at: 'day' }`;
    const project = await worldOf(`
export const a = monitor('psi', { expect: atMost(drift(beside, { columns: ['price', 'sku'], ${days} }), 0.2), tell: 'plantao' });
export const b = monitor('sturges', { expect: atMost(drift(beside, { columns: ['price'], by: 'sturges', ${days} }), 0.2) });
export const c = monitor('ks', { expect: atMost(drift(beside, { by: 'ks', columns: ['price'], ${days} }), 0.3), tell: 'plantao' });
export const old = table('gold.old', { columns: beside.columns, rows: sql\`select * from \${beside} where day < date '2026-03-05'\` });
export const d = monitor('tabela', { expect: atMost(drift(beside, { by: 'ks', columns: ['price'], from: old }), 0.3) });
export const older = job('older', { when: byHand, build: [old] });
`);
    const rows = (factor: number): readonly Row[] =>
      Array.from({ length: 100 }, (_, row): Row => ['AB'[row % 2] as string, 1, 1, (50 + ((row * 37) % 100)) * factor]);
    const verdicts: Record<string, readonly string[]> = {};
    for (const [index, date] of ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'].entries()) {
      sales(project, date, rows(index === 3 ? 0.5 : 1));
      await run(project, date);
    }
    for (const name of ['psi', 'sturges', 'ks'])
      verdicts[name] = ((await figures(project, name)) ?? []).map((text) => text.replace(/ .*/, ''));
    const wanted = ['broken', 'held', 'held', 'unknown'];
    assert.deepEqual(verdicts, { psi: wanted, sturges: wanted, ks: wanted });
    const [raised] = told('ks');
    assert.match(
      raised?.what ?? '',
      /^price of gold\.beside of 2026-03-05 has moved from that from 2026-03-02 to 2026-03-04: distance 0\.75 \(100 rows and 300\)/,
    );
    assert.match(
      raised?.facts.join() ?? '',
      /^price: distance 0\.75, p \d\.?\d*e-\d+; the middle value was 100 and is 50$/,
    );
    assert.deepEqual(
      told('psi')[0]?.parts.map(({ of, isBroken }) => `${of} ${isBroken}`),
      ['price true', 'sku false'],
    );
    await project.succeed('run', 'older');
    assert.match((await figures(project, 'tabela'))?.[0] ?? '', /^held 0\.1\d/);
  });
});
