import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { Sandbox } from '../sandbox.ts';

const definitions = `import { readFileSync, writeFileSync } from 'node:fs';
import { atMost, check, col, cron, expectNone, files, from, job, keepLatest, run, scalar, source, sql, table } from 'esteira';
import { byHand, existsIn, mergeDeleting, settings } from 'esteira';

// A row that takes long: the clock goes on by so many seconds.
const later = (seconds) => writeFileSync(process.env.ESTEIRA_NOW, Temporal.Instant.from(readFileSync(process.env.ESTEIRA_NOW, 'utf8')).add({ seconds }).toString());
export const limits = settings('config.limits', { most: col.integer().default(100) });
const landed = (name, columns) => {
  const landing = source(\`landing.\${name}\`, { reader: files(\`\${name}/*.csv\`), columns, breach: 'fail' });
  const bronze = table(\`bronze.\${name}\`, { columns, rows: landing.unread, write: 'append' });
  return { landing, bronze };
};
export const orders = landed('orders', { id: col.integer(), customer: col.text(), product: col.text(), quantity: col.integer(),
  price: col.decimal(10, 2), state: col.text(), moment: col.timestamp() });
export const customers = landed('customers', { code: col.text(), name: col.text(), city: col.text(), moment: col.timestamp() });
export const products = landed('products', { sku: col.text(), title: col.text(), moment: col.timestamp() });

const kept = { write: 'merge', duplicates: keepLatest('moment'), invalid: 'set aside' };
export const silverCustomers = table('silver.customers', { columns: { code: col.text().key(), name: col.text(), city: col.text(), moment: col.timestamp() },
  rows: sql\`select code, name, city, moment from \${customers.bronze.since('moment')}\`, ...kept });
export const silverProducts = table('silver.products', { columns: { sku: col.text().key(), title: col.text(), moment: col.timestamp() },
  rows: sql\`select sku, title, moment from \${products.bronze.since('moment')}\`, ...kept });
export const silverOrders = table('silver.orders', {
  columns: { id: col.integer().key(), customer: col.text(), product: col.text(), quantity: col.integer().min(1), price: col.decimal(10, 2).min(0),
    state: col.text(), moment: col.timestamp() },
  rows: sql\`select id, customer, product, quantity, price, state, moment from \${orders.bronze.since('moment')}\`,
  rules: { few_enough: sql\`quantity <= \${limits.most}\` }, ...kept });

export const sales = table('gold.sales', {
  columns: { id: col.integer().key(), day: col.date(), city: col.text(), title: col.text(), amount: col.decimal(12, 2) },
  rows: sql\`with paid as (select * from \${silverOrders} where state = 'paid')
    select p.id, cast(p.moment as date) as day, c.city, s.title, cast(p.quantity * p.price as decimal(12, 2)) as amount
    from paid p join \${silverCustomers} c on c.code = p.customer join \${silverProducts} s on s.sku = p.product\` });
export const daily = table('gold.daily', { columns: { day: col.date().key(), city: col.text().key(), sold: col.bigint() },
  rows: sql\`select day, city, count(*) as sold from \${sales} group by all\` });
export const notes = table('gold.notes', { columns: { day: col.date().key(), words: col.text() },
  rows: from(daily, (row) => {
    if (row.city.startsWith('wait')) later(Number(row.city.slice(4)));
    if (row.city === 'Atlantis') throw new Error('nobody knows where it is');
    return row.city === 'Recife' ? [{ day: row.day, words: String(row.sold) }] : [];
  }) });
export const few = check('no city sells for more than a million', expectNone(sql\`select 1 from \${sales} where amount > 1000000\`));
export const shop = job('shop', { when: cron('0 2 * * *', { date: 'the day before' }), build: [daily, notes] });
`;

const cities = ['Recife', 'Natal', 'Belém'];
export const customerCode = (n: number): string => `C${String(n % 40).padStart(3, '0')}`;

/** What an order says, before it is spoiled. */
export interface Order {
  readonly id: number;
  customer: string;
  product: string;
  quantity: string;
  price: string;
  state: string;
  moment: string;
}

/** The orders of a date: always the same ones. */
export const ordersOf = (date: string, count = 120): Order[] =>
  Array.from({ length: count }, (_, n): Order => {
    const id = Number(date.replaceAll('-', '').slice(4)) * 1000 + n;
    return {
      ...{ id, customer: customerCode(n * 7), product: `P${n % 9}`, quantity: String(1 + (n % 5)) },
      ...{ price: `${5 + (n % 20)}.50`, state: n % 10 === 0 ? 'open' : 'paid' },
      moment: `${date}T${String(8 + (n % 10)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}:00Z`,
    };
  });
export const csvOf = (rows: readonly object[]): string => {
  const [first = {}] = rows;
  return `${[Object.keys(first), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(',')).join('\n')}\n`;
};

const day = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

const written = 1_770_000_000;

/** A small shop whose files come each day, and a clock that says that it is the morning after. */
export class Shop extends Sandbox {
  now = '2026-03-03T03:00:00Z';

  constructor(files: Readonly<Record<string, string>> = {}) {
    super({ 'definitions/shop.ts': definitions, ...files }, { inside: true });
  }

  /** Customers and products once, all of them, and a few that changed each day. */
  arrive(date: string, orders: readonly Order[] = ordersOf(date)): void {
    const n = Number(date.slice(-2));
    const customers = Array.from({ length: date === first ? 40 : 8 }, (_, index) => {
      const code = customerCode(index + (date === first ? 0 : n * 8));
      return { code, name: `N ${code}`, city: cities[index % 3], moment: `${date}T07:00:00Z` };
    });
    const products = Array.from({ length: 9 }, (_, index) => ({
      sku: `P${index}`,
      title: `T${index}`,
      moment: `${date}T07:00:00Z`,
    }));
    this.write({
      [`data/orders/${date}.csv`]: csvOf(orders),
      [`data/customers/${date}.csv`]: csvOf(customers),
      [`data/products/${date}.csv`]: csvOf(products),
    });
  }
  override write(files: Readonly<Record<string, string>>): void {
    super.write(files);
    // To the second, so that a copy has the very same.
    for (const name of Object.keys(files)) utimesSync(this.file(name), written, written);
  }
  put(name: string, bytes: Uint8Array): void {
    writeFileSync(this.file(name), bytes);
    utimesSync(this.file(name), written, written);
  }
  remove(file: string): void {
    rmSync(this.file(file), { recursive: true, force: true });
  }

  /** The morning after a date. */
  morning(date: string): void {
    this.now = `${day(date, 1)}T03:00:00Z`;
  }
  /** By a clock in a file, which a row may put forward. */
  async at(...words: readonly string[]) {
    const clock = this.file('now');
    writeFileSync(clock, this.now);
    const ended = await this.give(words, { ESTEIRA_NOW: clock });
    this.now = readFileSync(clock, 'utf8');
    return ended;
  }
  /** Whether it ends well is the test's business. */
  async runDay(date: string, ...more: readonly string[]) {
    this.morning(date);
    return this.at('run', 'shop', '--date', date, ...more);
  }

  /** Another one with the same files, warehouse and state. */
  again(): Shop {
    const copy = this.copyInto(new Shop());
    copy.now = this.now;
    return copy;
  }
}

export const first = '2026-03-02';
/** A Monday to a Friday. */
export const days = [0, 1, 2, 3, 4].map((n) => day(first, n));
/** The day on which something happens. */
export const today = day(first, 5);
export const dayAfter = day;
