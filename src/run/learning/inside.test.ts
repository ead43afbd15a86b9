import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dialect } from '../../adapters/duckdb/dialect.ts';
import { col } from '../../columns/index.ts';
import type { Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { Options } from '../write/options.ts';
import { insideWrite } from './inside.ts';
import type { Lessons } from './lessons.ts';

const columns = {
  model_version: col.text().key(),
  shop: col.integer().key(),
  sku: col.text().key(),
  value: col.real(),
  trustworthy: col.boolean(),
};
const node = { id: 'a.b.c', catalog: 'a', schema: 'b', table: 'c', definition: { columns } } as unknown as Node;

function written(inside: readonly Readonly<Record<string, number | string | null>>[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-inside-'));
  try {
    const file = path.join(folder, 'inside');
    const options = { project: { warehouse: { dialect } }, reach: { bounds: [] } } as unknown as Options;
    const lessons = { members: [{ member: { shop: 7 }, inside }] } as unknown as Lessons;
    const made = { version: 'v1', contentHash: 'h', about: { members: [{ rows: 5, held: 1 }] } as never, lessons };
    const { body } = insideWrite({ node } as StepModel, made, { options, file });
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return { sql: (body as { readonly sql: string }).sql, rows: lines.map((line) => JSON.parse(line)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the statement that publishes what a model has learned is the same of one row and of many, and no row is lost', () => {
  const row = (at: number) => ({ sku: `p${at}`, value: at / 7, trustworthy: at % 2 });
  const many = written(Array.from({ length: 2500 }, (_, at) => row(at)));
  assert.equal(many.sql, written([row(0)]).sql);
  assert.deepEqual(
    many.rows.map(({ sku, value }) => [sku, value]),
    Array.from({ length: 2500 }, (_, at) => [`p${at}`, at / 7]),
  );
});

test('a row has its version and member, and each value as its column has it', () => {
  const { rows } = written([
    { sku: '0.10', value: Number.NaN, trustworthy: 1 },
    { sku: 'a', value: -0.1, trustworthy: 0 },
    { sku: 'b', value: null, trustworthy: null },
  ]);
  const common = { model_version: 'v1', shop: 7 };
  assert.deepEqual(rows, [
    { ...common, sku: '0.10', value: null, trustworthy: true },
    { ...common, sku: 'a', value: -0.1, trustworthy: false },
    { ...common, sku: 'b', value: null, trustworthy: null },
  ]);
});
