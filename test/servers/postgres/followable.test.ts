import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ask, server, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import type { DoctorView } from '../../../src/operate/views.ts';
import { Sandbox } from '../../sandbox.ts';

const definitions = `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
const app = postgres(env('APP_URL'));
export const orders = source('landing.orders', { reader: app.changes('TABLE'), columns: { id: col.integer(), n: col.integer().optional() } });
export const following = job('following', { when: always, build: [orders] });
`;
const own = `esteira_doctor_${randomBytes(4).toString('hex')}`;
const role = `${own}_reader`;

async function found(user: string, table = `${own}.orders`): Promise<DoctorView['findings'][number] | undefined> {
  const url = new URL(server);
  url.username = user;
  const sandbox = new Sandbox(
    { 'definitions/shop.ts': definitions.replace('TABLE', table) },
    { env: { APP_URL: url.href } },
  );
  await sandbox.succeed('setup');
  const { out } = await sandbox.run('doctor', '--json');
  return (JSON.parse(out) as DoctorView).findings.find(({ what }) => what === 'replication of following');
}

describe('the doctor looks whether changes may be followed', { skip: withoutServer }, () => {
  after(async () => {
    if (withoutServer) return;
    await ask(`drop schema if exists ${own} cascade; drop owned by ${role}; drop role if exists ${role}`);
  });

  test('a role that may not replicate, or not read, is told what an administrator has to say', async () => {
    await ask(`create schema ${own}; create table ${own}.orders (id int primary key, n int); create role ${role} login;
      grant usage on schema ${own} to ${role}`);
    const none = await found(role);
    assert.equal(none?.ok, false);
    assert.match(
      none?.found ?? '',
      new RegExp(`the role ${role} may not replicate; the role ${role} may not read ${own}\\.orders$`),
    );
    assert.equal(
      none?.next?.replaceAll('"', ''),
      `Have an administrator say: alter role ${role} replication; Have their owner say: grant select on ${own}.orders to ${role};`,
    );
    await ask(`alter role ${role} replication; grant select on ${own}.orders to ${role}`);
    const all = await found(role);
    assert.equal(all?.ok, true, all?.found ?? '');
    assert.match(all?.found ?? '', /^1 tables? of .* may be followed$/);
  });

  test('a table that is not there is named with the place of its source', async () => {
    const missing = await found('postgres', `${own}.nothing`);
    assert.match(missing?.found ?? '', /^SOURCE_DRIFTED: The database has no table .*nothing/);
  });
});
