import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { col } from '../../../columns/index.ts';
import { stageFiles } from '../files.ts';

test('the relation of no file at all has the columns and types of any other', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = { id: col.integer(), name: col.text() };
  const input = { relation: 'none', source: 'desk.landing.none', columns, files: [], once: true };
  assert.deepEqual(await stageFiles(connection, input, 'none'), { read: [], bad: [], differences: [] });
  const described = await connection.runAndReadAll('describe none');
  assert.deepEqual(
    described.getRows().map(([name, type]) => `${name} ${type}`),
    ['id BIGINT', 'name VARCHAR', '_original VARCHAR', '_unread VARCHAR[]', '_rid VARCHAR'],
  );
  connection.closeSync();
  instance.closeSync();
});
