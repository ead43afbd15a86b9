// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import { randomBytes } from 'node:crypto';
import { after, describe } from 'node:test';
import { ask, server, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { settingsSuite } from '../../settings/suite.ts';

describe('settings, with the state in Postgres', { skip: withoutServer, concurrency: 2 }, () => {
  const schemas: string[] = [];
  after(async () => {
    for (const schema of schemas) await ask(`drop schema if exists "${schema}" cascade`);
  });
  const state = (): string => {
    const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
    schemas.push(schema);
    return `postgres(env('DATABASE_URL'), { schema: '${schema}' })`;
  };
  const url = (): Readonly<Record<string, string>> => ({ DATABASE_URL: new URL(server).href });
  settingsSuite(state, url);
});
