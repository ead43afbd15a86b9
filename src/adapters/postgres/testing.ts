import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A server for tests, as `postgres://…`; without one they say so and do nothing. */
export const server = process.env['ESTEIRA_TEST_POSTGRES'] ?? '';
export const withoutServer = server === '' && 'ESTEIRA_TEST_POSTGRES names no server';

const made: string[] = [];
/** A name that no other test uses, taken away by `dropSchemas`. */
export function newSchema(): string {
  const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
  made.push(schema);
  return schema;
}

/** Straight to the server, past all that is tested. */
export async function ask(text: string, url = server): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const answer = await client.query(text);
    return (Array.isArray(answer) ? answer.at(-1) : answer).rows;
  } finally {
    await client.end();
  }
}

export async function dropSchemas(): Promise<void> {
  for (const schema of made.splice(0)) await ask(`drop schema if exists "${schema}" cascade`);
}

export { Wire } from '../../ports/conformance/wire.ts';
