import { readFileSync } from 'node:fs';
import { Credit, today as friday } from './credit.ts';
import { customerCode, days, first, ordersOf, Shop, today } from './shop.ts';
import { someCredit, someShop } from './worlds.ts';

/** Something that is wrong, planted in data or servers only. */
export interface Variant {
  readonly how: string;
  plant(): Promise<Shop | Credit>;
  /** What the first line must name. */
  readonly names: RegExp;
}

/** A day of the shop whose orders are spoiled. */
export const orders = (
  how: string,
  names: RegExp,
  change: (order: ReturnType<typeof ordersOf>[number], n: number) => object,
): Variant => ({
  how,
  names,
  plant: async () => {
    const shop = await someShop();
    shop.arrive(
      today,
      ordersOf(today).map((order, n) => ({ ...order, ...change(order, n) })),
    );
    await shop.runDay(today);
    return shop;
  },
});
/** A day of the shop with its files; then something is done with them, and the day is run. */
export const shopDay = (how: string, names: RegExp, change: (shop: Shop) => void | Promise<void>): Variant => ({
  how,
  names,
  plant: async () => {
    const shop = await someShop();
    shop.arrive(today);
    await change(shop);
    await shop.runDay(today);
    return shop;
  },
});
/** A day of the credit pipeline: its files come, something is done with them, they are brought in, and the day is run. */
export const creditDay = (how: string, names: RegExp, change: (credit: Credit) => void | Promise<void>): Variant => ({
  how,
  names,
  plant: async () => {
    const credit = await someCredit();
    credit.morning(friday);
    await credit.arrive(friday);
    await change(credit);
    await credit.sync();
    await credit.runDay(friday);
    return credit;
  },
});
/** A day with a city that takes so many seconds. */
const waiting = (seconds: number, at: string): Variant =>
  shopDay(
    `by ${seconds} seconds, at one table`,
    new RegExp(`shop 2026-03-07 took .*, where 0 s is usual; most of it ${at}: `),
    (shop) => {
      const file = `data/customers/${today}.csv`;
      shop.write({ [file]: read(shop, file).replace('Recife', `wait${seconds}`) });
    },
  );
const ofFriday = (table: string): string => `data/postgres_public/${table}/${friday}.jsonl`;
export const read = (world: Shop | Credit, file: string): string => readFileSync(world.file(file), 'utf8');

export const faults: Readonly<Record<string, readonly Variant[]>> = {
  'nobody brought the rows in': [
    {
      how: 'the sync never ran',
      names: /0 rows.*sync \(v_credit_sincronizacao\) never ran/,
      plant: async () => {
        const credit = new Credit();
        await credit.succeed('setup');
        await credit.arrive(friday);
        await credit.runDay(friday);
        return credit;
      },
    },
    {
      how: 'the sync did not run today',
      names: /0 rows.*sync \(v_credit_sincronizacao\) is behind.*\d files have come since/,
      plant: async () => {
        const credit = await someCredit();
        await credit.arrive(friday);
        await credit.runDay(friday);
        return credit;
      },
    },
    {
      how: 'the sync came after the run',
      names: /0 rows.*sync \(v_credit_sincronizacao\) brought .* after the run had begun/,
      plant: async () => {
        const credit = await someCredit();
        await credit.arrive(friday);
        await credit.runDay(friday);
        await credit.sync();
        return credit;
      },
    },
  ],
  'files of the day are missing': [
    shopDay(
      'no orders came',
      /bronze\.orders received 0 rows.*no file of 2026-03-07 has come.*newest is of 2026-03-06/,
      (shop) => shop.remove(`data/orders/${today}.csv`),
    ),
    shopDay('nothing came at all', /bronze received 0 rows.*no file of 2026-03-07/, (shop) => {
      for (const name of ['orders', 'customers', 'products']) shop.remove(`data/${name}/${today}.csv`);
    }),
    creditDay(
      'no tickets came',
      /bronze\.chamados received 0 rows.*no file of 2026-09-18 has come from postgres_public\.chamados/,
      (credit) => credit.remove(ofFriday('chamados')),
    ),
  ],
  'a file was cut off': [
    shopDay(
      'CSV in the middle of a record',
      /bronze\.orders received 0 rows.*orders\/2026-03-07\.csv was set aside: it is cut off/,
      (shop) => shop.write({ [`data/orders/${today}.csv`]: read(shop, `data/orders/${today}.csv`).slice(0, -30) }),
    ),
    creditDay(
      'JSON lines in the middle of one',
      /bronze\.chamados received 0 rows.*chamados\/2026-09-18\.jsonl was set aside: it is cut off/,
      (credit) => credit.spoil('chamados', friday, (text) => text.slice(0, -40)),
    ),
    creditDay(
      'a file that is none of its kind',
      /bronze\.clientes received only 1 row.*of .*clientes\/2026-09-18\.jsonl nothing can be read/,
      (credit) => credit.spoil('clientes', friday, () => '\u0000\u0001PK\u0003\u0004 no lines of JSON \u00ff'),
    ),
  ],
  'files lie where nobody looks': [
    shopDay(
      'another folder',
      /bronze\.orders received 0 rows.*lies where landing\.orders does not look: order\/2026-03-07\.csv/,
      (shop) => {
        shop.write({ [`data/order/${today}.csv`]: read(shop, `data/orders/${today}.csv`) });
        shop.remove(`data/orders/${today}.csv`);
      },
    ),
    shopDay(
      'another ending',
      /bronze\.orders received 0 rows.*lies where landing\.orders does not look: orders\/2026-03-07\.csv\.txt/,
      (shop) => {
        shop.write({ [`data/orders/${today}.csv.txt`]: read(shop, `data/orders/${today}.csv`) });
        shop.remove(`data/orders/${today}.csv`);
      },
    ),
    creditDay(
      'a folder deeper',
      /bronze\.chamados received 0 rows.*lies where postgres_public\.chamados does not look: postgres_public\/chamados\/novo\//,
      (credit) => {
        credit.write({ [`data/postgres_public/chamados/novo/${friday}.jsonl`]: read(credit, ofFriday('chamados')) });
        credit.remove(ofFriday('chamados'));
      },
    ),
  ],
  'the source says something else': [
    orders('quantities of nothing', /silver\.orders: 40 of 120 rows.*quantity_min is false/, (_, n) =>
      n % 3 ? {} : { quantity: '0' },
    ),
    orders('a decimal comma', /silver\.orders: 60 of 120 rows.*price_kind is false/, (_, n) =>
      n % 2 ? {} : { price: '"7,50"' },
    ),
    creditDay('a state that nobody knows', /silver\.tb_chamado: .* are invalid; status_conhecido is false/, (credit) =>
      credit.rewrite('chamados', friday, (row, n) => (n % 3 === 0 ? { ...row, status: 'encerrado' } : row)),
    ),
  ],
  'parents are missing or invalid': [
    creditDay('clients without an address', /silver\.tb_cliente: .* are invalid; email_valido is false/, (credit) =>
      credit.rewrite('clientes', friday, (row) => ({ ...row, email: String(row['email']).replace('@', ' at ') })),
    ),
    creditDay(
      'tickets of clients that never came',
      /silver\.tb_chamado: .* are invalid; cliente_existe is false/,
      (credit) =>
        credit.rewrite('chamados', friday, (row) => ({ ...row, cliente_id: 900_000 + Number(row['cliente_id']) })),
    ),
    creditDay(
      'the clients did not come',
      /bronze\.clientes received 0 rows.*no file of 2026-09-18 has come/,
      (credit) => {
        credit.remove(ofFriday('clientes'));
        credit.rewrite('chamados', friday, (row, n) => (n % 2 ? row : { ...row, cliente_id: 900_000 + n }));
      },
    ),
  ],
  'a join or condition loses the rows': [
    orders(
      'customers in small letters',
      /gold\.sales .*join .*customers.* loses .* no partner by .*customer/,
      ({ customer }) => ({
        customer: customer.toLowerCase(),
      }),
    ),
    orders('products that nobody has', /gold\.sales .*join .*products.* loses .* no partner by .*product/, (_, n) => ({
      product: `X${n % 4}`,
    })),
    orders('a state in capitals', /gold\.sales .*where .*state.* loses 120 of 120 rows/, () => ({ state: 'PAID' })),
  ],
  'the process went away': [
    {
      how: 'in the middle of a run',
      names: /shop 2026-03-07 was interrupted.*process is gone/,
      plant: async () => {
        const shop = await someShop();
        shop.arrive(today);
        shop.morning(today);
        await shop.start(['run', 'shop', '--date', today], {
          env: { ESTEIRA_NOW: shop.now, ESTEIRA_STOP_AT: 'published@5' },
        }).ended;
        return shop;
      },
    },
    {
      how: 'before its first table',
      names: /v_credit_diario 2026-09-18 was interrupted.*process is gone/,
      plant: async () => {
        const credit = await someCredit();
        await credit.arrive(friday);
        credit.morning(friday);
        await credit.sync();
        await credit.start(['run', 'v_credit_diario', '--date', friday], {
          env: { ESTEIRA_NOW: credit.now, ESTEIRA_STOP_AT: 'claimed@1' },
        }).ended;
        return credit;
      },
    },
    {
      how: 'in the middle of a reprocess',
      names: /reprocess silver .*was interrupted.*process is gone/,
      plant: async () => {
        const shop = await someShop();
        await shop.start(['reprocess', 'silver'], { env: { ESTEIRA_NOW: shop.now, ESTEIRA_STOP_AT: 'published@2' } })
          .ended;
        return shop;
      },
    },
  ],
  'the run failed': [
    shopDay('a column is gone from a file', /shop 2026-03-07 failed at bronze\.orders: SOURCE_DRIFTED/, (shop) =>
      shop.write({ [`data/orders/${today}.csv`]: read(shop, `data/orders/${today}.csv`).replace('price', 'cost') }),
    ),
    orders('a check holds the rows back', /shop 2026-03-07 failed at gold\.sales: CHECK_FAILED/, (_, n) =>
      n === 3 ? { price: '9999999.00' } : {},
    ),
    shopDay('a function throws at a row', /shop 2026-03-07 failed at gold\.notes: FUNCTION_FAILED/, (shop) =>
      shop.write({
        [`data/customers/${today}.csv`]: read(shop, `data/customers/${today}.csv`).replace('Recife', 'Atlantis'),
      }),
    ),
  ],
  'nobody ran the job': [
    {
      how: 'for three days',
      names: /Nobody ran shop for 2026-03-09.*last date that succeeded is 2026-03-06/,
      plant: async () => {
        const shop = await someShop();
        shop.morning('2026-03-09');
        shop.now = shop.now.replace('T03', 'T09');
        return shop;
      },
    },
    {
      how: 'at all',
      names: /Nobody ran shop for .*it never ran/,
      plant: async () => {
        const shop = new Shop();
        await shop.succeed('setup');
        shop.arrive(first);
        shop.now = '2026-03-03T09:00:00Z';
        return shop;
      },
    },
    {
      how: 'though its files came',
      names: /Nobody ran v_credit_diario for 2026-09-20.*last date that succeeded is 2026-09-17/,
      plant: async () => {
        const credit = await someCredit();
        await credit.arrive(friday);
        credit.morning('2026-09-20');
        credit.now = credit.now.replace('T06', 'T12');
        await credit.sync();
        return credit;
      },
    },
  ],
  'rows came twice': [
    shopDay('a file under a second name', /bronze\.orders: .* rows .* came once more/, (shop) =>
      shop.write({ 'data/orders/2026-03-06-copy.csv': read(shop, 'data/orders/2026-03-06.csv') }),
    ),
    orders('each order twice', /silver\.orders: .* rows .* came once more/, (order, n) => ({
      ...ordersOf(today)[Math.floor(n / 2)],
      quantity: order.quantity,
    })),
    creditDay('the tickets of the day before', /bronze\.chamados: .* rows .* came once more/, (credit) =>
      credit.append(ofFriday('chamados'), read(credit, 'data/postgres_public/chamados/2026-09-17.jsonl')),
    ),
  ],
  'the run took far longer': [waiting(20, 'gold.notes'), waiting(600, 'gold.notes'), waiting(7200, 'gold.notes')],
  'a file was written anew after it was read': [
    shopDay('orders of yesterday', /landing\.orders: orders\/2026-03-06\.csv has changed since it was read/, (shop) =>
      shop.write({
        'data/orders/2026-03-06.csv': `${read(shop, 'data/orders/2026-03-06.csv')}999,C001,P1,1,5.50,paid,2026-03-06T10:00:00Z\n`,
      }),
    ),
    shopDay('all customers', /landing\.customers: .*have changed since they were read/, (shop) => {
      for (const date of days)
        shop.write({
          [`data/customers/${date}.csv`]: `${read(shop, `data/customers/${date}.csv`)}${customerCode(50)},x,Natal,${date}T09:00:00Z\n`,
        });
    }),
    creditDay(
      'tickets of Wednesday',
      /postgres_public\.chamados: .*2026-09-16\.jsonl has changed since it was read/,
      (credit) => credit.spoil('chamados', '2026-09-16', (text) => `${text}${text.split('\n')[0]}\n`),
    ),
  ],
};
