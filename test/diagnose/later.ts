import { readFileSync } from 'node:fs';
import { today as friday } from './credit.ts';
import { creditDay, orders, read, shopDay, type Variant } from './faults.ts';
import { today } from './shop.ts';
import { someShop } from './worlds.ts';

type Row = Record<string, unknown>;
const linesOf = (text: string): Row[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ id }) => Number.isInteger(id));
const gone = (row: Row): string => JSON.stringify({ ...row, _deleted: true, _synced_at: `${friday}T20:00:00.000001Z` });
const text = (rows: readonly string[]): string => `${rows.join('\n')}\n`;
const settingOf = (value: string): Variant => ({
  how: `to ${value}`,
  names: new RegExp(
    `silver\\.orders: .* few_enough is false .* the setting config\\.limits\\.most is another one since then: 100 → ${value}`,
  ),
  plant: async () => {
    const shop = await someShop();
    shop.arrive(today);
    await shop.at('settings', 'set', 'config.limits.most', value);
    await shop.runDay(today);
    return shop;
  },
});

/** Faults that were thought of when the others were named already. */
export const later: Readonly<Record<string, readonly Variant[]>> = {
  'the application deleted much': [
    creditDay('every reason', /silver\.tb_motivo: 13 of 13 rows \(100 %\) were deleted/, (credit) => {
      const rows = linesOf(read(credit, 'data/postgres_public/motivos/2026-09-14.jsonl'));
      const own = rows.filter(({ id }) => Number(id) < 1000).map(gone);
      credit.write({ [`data/postgres_public/motivos/${friday}.jsonl`]: text(own) });
    }),
    creditDay('every cost of the days before', /silver\.tb_custo_chamado: .* were deleted/, (credit) => {
      const dates = ['2026-09-14', '2026-09-15', '2026-09-16', '2026-09-17'];
      const all = dates.map((date) =>
        readFileSync(credit.file(`data/postgres_public/custos_chamado/${date}.jsonl`), 'utf8'),
      );
      credit.append(`data/postgres_public/custos_chamado/${friday}.jsonl`, text(all.flatMap(linesOf).map(gone)));
    }),
  ],
  'a person changed a setting': [settingOf('1'), settingOf('3')],
  'state and warehouse are not of one moment': [
    {
      how: 'the file of the warehouse is gone',
      names: /The warehouse is older than the state: it does not have what 5 runs published/,
      plant: async () => {
        const shop = await someShop();
        for (const file of ['shop.duckdb', 'shop.duckdb.wal']) shop.remove(`warehouse/${file}`);
        return shop;
      },
    },
  ],
  'a file in another encoding': [
    shopDay('customers in Latin-1', /bronze\.customers received 0 rows.*it is not UTF-8 text/, (shop) => {
      const file = `data/customers/${today}.csv`;
      shop.put(file, Buffer.from(read(shop, file), 'latin1'));
    }),
    shopDay('orders in UTF-16', /bronze\.orders received 0 rows.*it is not UTF-8 text/, (shop) => {
      const file = `data/orders/${today}.csv`;
      shop.put(file, Buffer.from(`\ufeff${read(shop, file)}`, 'utf16le'));
    }),
  ],
  'columns were exchanged': [
    orders(
      'customer and product',
      /gold\.sales .*join .*customers.* loses 108 of 108 rows/,
      ({ customer, product }) => ({
        ...{ customer: product, product: customer },
      }),
    ),
    orders(
      'the code and name of a third of the customers',
      /gold\.sales .*join .*customers.* loses 36 of 108 rows/,
      (_, n) => (n % 3 ? {} : { customer: `D${n % 8}` }),
    ),
  ],
  'a file of yesterday under the name of today': [
    shopDay('orders', /bronze\.orders: 120 of 120 rows .* came once more/, (shop) =>
      shop.write({ [`data/orders/${today}.csv`]: read(shop, 'data/orders/2026-03-06.csv') }),
    ),
    creditDay('tickets', /bronze\.chamados: .* came once more/, (credit) =>
      credit.write({
        [`data/postgres_public/chamados/${friday}.jsonl`]: read(
          credit,
          'data/postgres_public/chamados/2026-09-17.jsonl',
        ),
      }),
    ),
  ],
  'several sources bring nothing': [
    creditDay(
      'and the tickets of the day are wrong besides',
      /bronze\.chamados_log received 0 rows on 2026-09-18, and so did bronze\.custos_chamado, bronze\.pesquisas: no file of/,
      (credit) => {
        for (const table of ['chamados_log', 'custos_chamado', 'pesquisas'])
          credit.remove(`data/postgres_public/${table}/${friday}.jsonl`);
        credit.rewrite('chamados', friday, (row) => ({ ...row, status: 'perdido' }));
      },
    ),
  ],
  'what people do by hand, and what producers leave out': [
    orders('dates as people write them', /silver\.orders: 120 of 120 rows .* moment_kind is false/, () => ({
      moment: '07/03/2026 10:00',
    })),
    creditDay('a log that was cut between two lines', /bronze\.chamados_log received only 100 rows/, (credit) =>
      credit.spoil('chamados_log', friday, (all) => text(all.split('\n').slice(0, 100))),
    ),
    creditDay(
      'an optional column without a value',
      /gold\.ft_performance_agente .*where .*id_atendente IS NOT NULL.* loses/,
      (credit) => credit.rewrite('chamados', friday, (row) => ({ ...row, atendente_id: null })),
    ),
    orders('a column that must be there', /shop 2026-03-07 failed at bronze\.orders: ROWS_INVALID/, () => ({
      customer: '',
    })),
  ],
};
