import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TargetBatch, TargetFault, type TargetResult } from '../../src/ports/index.ts';
import { Random } from '../run/support/random.ts';
import type { Elsewhere, Write } from './elsewhere.ts';

/** How often each of these becomes of a request, of 1. */
export interface Chances {
  /** It comes to nothing, and is not carried out. */
  readonly lost: number;
  /** It is carried out, and its answer is lost. */
  readonly unanswered: number;
  /** Its sender gives it up, and it is carried out some requests later: the sender may be dead by then. */
  readonly late: number;
  /** It hangs before it is lost. */
  readonly hangs: number;
  /** It is the first of an outage, of up to 40 requests. */
  readonly outage: number;
  /** Whoever asks is told that nothing will be taken. */
  readonly turnedAway: number;
}

/**
 * Decides by a seed what becomes of each request that reaches a place elsewhere. It stands in the file of that place: it goes on where it was when another
 * process asks, and what was lost under way arrives there.
 */
export class Weather {
  readonly #elsewhere: Elsewhere;
  readonly #db: DatabaseSync;

  private constructor(elsewhere: Elsewhere, db: DatabaseSync) {
    this.#elsewhere = elsewhere;
    this.#db = db;
  }

  /** Calm until it begins. */
  static over(folder: string, elsewhere: Elsewhere): Weather {
    const db = new DatabaseSync(path.join(folder, 'weather.sqlite'), { timeout: 10_000 });
    db.exec(`pragma journal_mode = wal; pragma synchronous = off;
      create table if not exists weather (seed integer, chances text);
      create table if not exists request (n integer primary key, became text);
      create table if not exists outage (until integer);
      create table if not exists under_way (due integer, name text, asked text, batch text)`);
    return new Weather(elsewhere, db);
  }
  begin(seed: number, chances: Chances): void {
    this.#db.prepare('insert into weather values (?, ?)').run(seed, JSON.stringify(chances));
  }
  /** What is under way arrives, and nothing is lost any more. */
  clear(): void {
    this.#db.exec('delete from weather; delete from outage');
    this.#arrive(Number.MAX_SAFE_INTEGER);
  }
  /** How many requests became what. */
  counts(): Readonly<Record<string, number>> {
    const rows = this.#db.prepare('select became, count(*) as count from request group by became').all();
    return Object.fromEntries(rows.map(({ became, count }) => [String(became), Number(count)]));
  }
  close(): void {
    this.#db.close();
  }

  async write(name: string, asked: Write, batch: TargetBatch): Promise<readonly TargetResult[]> {
    const n = Number(this.#db.prepare("insert into request (became) values ('asked')").run().lastInsertRowid);
    this.#arrive(n);
    const { became, random } = this.#becomes(n);
    this.#db.prepare('update request set became = ? where n = ?').run(became, n);
    if (became === 'turnedAway') throw new TargetFault('Nothing is taken.', { is: 'of all', next: 'Ask for a right.' });
    if (became === 'hangs') await sleep(random.below(40));
    if (became === 'late') {
      const write = { ...asked, columns: Object.fromEntries(Object.keys(asked.columns).map((one) => [one, {}])) };
      this.#db
        .prepare('insert into under_way values (?, ?, ?, ?)')
        .run(n + 1 + random.below(30), name, JSON.stringify(write), JSON.stringify(batch));
    }
    const isCarriedOut = became === 'unanswered' || became === 'answered';
    const results = isCarriedOut ? this.#elsewhere.write(name, asked, batch) : [];
    if (became === 'answered') return results;
    throw new TargetFault('It does not answer.', { is: 'passing', next: 'Wait.' });
  }

  #becomes(n: number): { readonly became: keyof Chances | 'answered'; readonly random: Random } {
    const [now] = this.#db.prepare('select seed, chances from weather').all();
    if (!now) return { became: 'answered', random: new Random(n) };
    const random = new Random(Number(now['seed']) * 100_003 + n);
    const [outage] = this.#db.prepare('select max(until) as until from outage').all();
    if (n <= Number(outage?.['until'] ?? 0)) return { became: 'lost', random };
    let left = random.next();
    for (const [became, chance] of Object.entries(JSON.parse(String(now['chances'])) as Chances)) {
      left -= chance;
      if (left >= 0) continue;
      if (became === 'outage') this.#db.prepare('insert into outage values (?)').run(n + random.below(40));
      return { became: became as keyof Chances, random };
    }
    return { became: 'answered', random };
  }

  /** What is due, by whoever asks next: nobody is told what becomes of it. */
  #arrive(n: number): void {
    const due = this.#db.prepare('delete from under_way where due <= ? returning name, asked, batch').all(n);
    for (const { name, asked, batch } of due)
      try {
        this.#elsewhere.write(
          String(name),
          JSON.parse(String(asked)) as Write,
          JSON.parse(String(batch)) as TargetBatch,
        );
      } catch (error) {
        if (!(error instanceof TargetFault)) throw error;
      }
  }
}
