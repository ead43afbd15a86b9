import { appendFileSync, copyFileSync, globSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { generate } from '../../pipelines/credit/data/generate.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { root, Sandbox } from '../sandbox.ts';

const config = `import { files } from 'esteira';
import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';
export default project({ name: 'credit', pipelines: { v_credit: 'definitions/*.ts' },
  channels: { plantao: [toFile({ path: 'alerts.txt' })], dados: [toFile({ path: 'alerts.txt' })] }, standard: 'local', environments: { local: {
  warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'data' }),
  standIns: { 'postgres_public.*': files('postgres_public/{name}/*.jsonl') }, retries: { times: 0, wait: '1 second' } } } });
`;
const definitions = path.join(root, 'pipelines', 'credit', 'definitions');
const own = globSync('*.ts', { cwd: definitions }).map((file) => [
  `definitions/${file}`,
  readFileSync(path.join(definitions, file), 'utf8'),
]);
const written = 1_770_000_000;

/** A Monday to a Friday: four days are usual, something happens on the fifth. */
export const days = ['2026-09-14', '2026-09-15', '2026-09-16', '2026-09-17'];
export const today = '2026-09-18';
const job = 'v_credit_diario';

let generated: Promise<string> | undefined;
/** Files of all days, written once. */
const delivered = (): Promise<string> => {
  const folder = temporaryFolder('credit');
  generated ??= generate({ folder, tickets: 3000, days: 6, firstDate: days[0] as string, seed: 11, threads: 1 }).then(
    () => folder,
  );
  return generated;
};

/** The credit pipeline with files in the place of its database, and a clock that says that it is the morning after. */
export class Credit extends Sandbox {
  now = '2026-09-15T06:00:00Z';

  constructor() {
    super({ 'esteira.config.ts': config, ...Object.fromEntries(own) }, { inside: true });
  }

  /** The files of a date, of all tables but those that are left out. */
  async arrive(date: string, { without = [] as readonly string[], as = (file: string) => file } = {}): Promise<void> {
    const from = await delivered();
    for (const file of globSync(`postgres_public/*/${date}*`, { cwd: from }).sort()) {
      if (without.some((table) => file.includes(`/${table}/`))) continue;
      const place = this.file(`data/${as(file)}`);
      mkdirSync(path.dirname(place), { recursive: true });
      copyFileSync(path.join(from, file), place);
      utimesSync(place, written, written);
    }
  }
  /** Changes the text of a file that has arrived. */
  spoil(table: string, date: string, change: (text: string) => string): void {
    const file = `data/postgres_public/${table}/${date}.jsonl`;
    this.write({ [file]: change(readFileSync(this.file(file), 'utf8')) });
  }
  /** Each line that is an object, as an object. */
  rewrite(
    table: string,
    date: string,
    change: (row: Record<string, unknown>, index: number) => object | undefined,
  ): void {
    this.spoil(table, date, (text) => {
      const rows = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      return `${rows
        .flatMap((row, index) => change(row, index) ?? [])
        .map((row) => JSON.stringify(row))
        .join('\n')}\n`;
    });
  }
  append(file: string, text: string): void {
    appendFileSync(this.file(file), text);
  }
  remove(file: string): void {
    rmSync(this.file(file), { recursive: true, force: true });
  }

  morning(date: string): void {
    this.now = `${Temporal.PlainDate.from(date).add({ days: 1 })}T06:00:00Z`;
  }
  at(...words: readonly string[]) {
    return this.give(words, { ESTEIRA_NOW: this.now });
  }
  sync() {
    return this.at('sync', '--once');
  }
  async runDay(date: string, ...more: readonly string[]) {
    this.morning(date);
    return this.at('run', job, '--date', date, ...more);
  }
  async wholeDay(date: string) {
    this.morning(date);
    await this.arrive(date);
    await this.sync();
    return this.runDay(date);
  }
  again(): Credit {
    const copy = this.copyInto(new Credit());
    copy.now = this.now;
    return copy;
  }
}
