import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DescribedColumn, QueryFacts, Warehouse } from '../ports/index.ts';

type Describer = Pick<Warehouse, 'describe' | 'examine' | 'dialect'>;
/** Raised when an answer says more than it did. */
const shape = 2;
interface Answer {
  readonly described?: readonly DescribedColumn[];
  readonly facts?: QueryFacts;
}

/**
 * Remembers, in a file if there is one, what the engine said of a query over empty relations: it depends on the text and the engine's version alone. A refusal
 * is not remembered. The file may be deleted at any time.
 */
export class Answers implements Describer {
  readonly #warehouse: Warehouse;
  readonly #file: string | undefined;
  readonly #version: string;
  readonly #known: Map<string, Answer>;
  readonly #used = new Set<string>();
  #isNew = false;

  constructor(warehouse: Warehouse, options: { readonly folder?: string; readonly version: string }) {
    this.#warehouse = warehouse;
    this.#version = `${options.version} ${shape} ${JSON.stringify(warehouse.versions)}`;
    const name = `${warehouse.dialect.name}.json`;
    this.#file = options.folder === undefined ? undefined : path.join(options.folder, name);
    this.#known = this.#read();
  }

  get dialect() {
    return this.#warehouse.dialect;
  }

  async describe(query: string): Promise<readonly DescribedColumn[]> {
    const { key, answer } = this.#of(query);
    return answer.described ?? this.#keep(key, 'described', await this.#warehouse.describe(query));
  }

  async examine(query: string): Promise<QueryFacts> {
    const { key, answer } = this.#of(query);
    return answer.facts ?? this.#keep(key, 'facts', await this.#warehouse.examine(query));
  }

  /** Writes what was learnt, whole or not at all. When much of it is not asked any more, only what was asked now stays. */
  save(): void {
    if (!this.#isNew || this.#file === undefined) return;
    const crowded = this.#known.size > 2 * this.#used.size + 5000;
    const kept = Object.fromEntries([...this.#known].filter(([key]) => !crowded || this.#used.has(key)));
    const half = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(half, JSON.stringify({ version: this.#version, answers: kept }));
      renameSync(half, this.#file);
    } catch (error) {
      // A folder that cannot be written, or a full disk: what is not kept is asked again.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      rmSync(half, { force: true });
    }
    this.#isNew = false;
  }

  #of(query: string): { readonly key: string; readonly answer: Answer } {
    const key = createHash('sha256').update(query).digest('base64url');
    this.#used.add(key);
    return { key, answer: this.#known.get(key) ?? {} };
  }

  #keep<Name extends keyof Answer>(
    key: string,
    name: Name,
    value: NonNullable<Answer[Name]>,
  ): NonNullable<Answer[Name]> {
    this.#known.set(key, { ...this.#known.get(key), [name]: value });
    this.#isNew = true;
    return value;
  }

  #read(): Map<string, Answer> {
    if (this.#file === undefined) return new Map();
    try {
      const { version, answers } = JSON.parse(readFileSync(this.#file, 'utf8')) as {
        version: string;
        answers: Record<string, Answer>;
      };
      return new Map(version === this.#version ? Object.entries(answers) : []);
    } catch {
      // Not there, or half of one: the engine is asked again.
      return new Map();
    }
  }
}
