import { Credit, today as friday } from './credit.ts';
import { customerCode, dayAfter, first, ordersOf, Shop, today } from './shop.ts';
import { someCredit, someShop, well } from './worlds.ts';

/** Days on which nothing is wrong, however they look. */
export interface Healthy {
  readonly how: string;
  pass(): Promise<Shop | Credit>;
}

const shopDay = (how: string, pass: (shop: Shop) => Promise<void>): Healthy => ({
  how,
  pass: async () => {
    const shop = await someShop();
    await pass(shop);
    return shop;
  },
});

export const healthy: readonly Healthy[] = [
  {
    how: 'the first load of the shop',
    pass: async () => {
      const shop = new Shop();
      await shop.succeed('setup');
      shop.arrive(first);
      await well(shop.runDay(first));
      return shop;
    },
  },
  {
    how: 'the first load of the credit pipeline',
    pass: async () => {
      const credit = new Credit();
      await credit.succeed('setup');
      await well(credit.wholeDay('2026-09-14'));
      return credit;
    },
  },
  {
    how: 'a usual day of the credit pipeline, with the faults that each day has',
    pass: async () => {
      const credit = await someCredit();
      await well(credit.wholeDay(friday));
      return credit;
    },
  },
  {
    how: 'a Saturday of the credit pipeline, with half the tickets',
    pass: async () => {
      const credit = await someCredit();
      await well(credit.wholeDay(friday));
      await well(credit.wholeDay(dayAfter(friday, 1)));
      return credit;
    },
  },
  shopDay('a day that is run once more, and finds nothing new', async (shop) => {
    shop.arrive(today);
    await well(shop.runDay(today));
    await well(shop.runDay(today, '--again'));
  }),
  shopDay('a date that is done already', async (shop) => {
    shop.arrive(today);
    await well(shop.runDay(today));
    await well(shop.runDay(today));
  }),
  shopDay('a small day of everything', async (shop) => {
    shop.arrive(today, ordersOf(today, 25));
    await well(shop.runDay(today));
  }),
  shopDay('a weekend with a handful of orders', async (shop) => {
    for (const date of [today, dayAfter(today, 1)]) {
      shop.arrive(date, ordersOf(date, 6));
      await well(shop.runDay(date));
    }
  }),
  shopDay('a reprocess of silver after the day', async (shop) => {
    shop.arrive(today);
    await well(shop.runDay(today));
    await well(shop.at('reprocess', 'silver'));
  }),
  shopDay('days that nobody had run, built by a backfill', async (shop) => {
    const [one, two] = [today, dayAfter(today, 1)];
    shop.arrive(one);
    shop.arrive(two);
    shop.morning(two);
    await well(shop.at('backfill', 'shop', '--from', one, '--to', two));
  }),
  shopDay('rows of days before that come late', async (shop) => {
    const late = ordersOf('2026-03-04', 130).slice(120);
    shop.arrive(today, [...ordersOf(today), ...late]);
    await well(shop.runDay(today));
  }),
  shopDay('a great day, twice as many orders', async (shop) => {
    shop.arrive(today, ordersOf(today, 260));
    await well(shop.runDay(today));
  }),
  shopDay('a few orders that are wrong', async (shop) => {
    shop.arrive(
      today,
      ordersOf(today).map((order, n) => (n === 7 || n === 70 ? { ...order, quantity: '0' } : order)),
    );
    await well(shop.runDay(today));
  }),
  shopDay('a run that was interrupted, and went on', async (shop) => {
    shop.arrive(today);
    shop.morning(today);
    const env = { ESTEIRA_NOW: shop.now, ESTEIRA_STOP_AT: 'published@5' };
    await shop.start(['run', 'shop', '--date', today], { env }).ended;
    await well(shop.at('resume'));
  }),
  shopDay('a day whose customers are new', async (shop) => {
    shop.arrive(
      today,
      ordersOf(today).map((order, n) => (n % 5 ? order : { ...order, customer: 'C900' })),
    );
    shop.write({
      [`data/customers/${today}-new.csv`]: `code,name,city,moment\nC900,New,Natal,${today}T06:00:00Z\n${customerCode(1)},Old,Natal,${today}T06:00:00Z\n`,
    });
    await well(shop.runDay(today));
  }),
];
