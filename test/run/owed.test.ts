import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fakeBroker, type Held } from '../../src/adapters/kafka/testing.ts';
import { EsteiraError } from '../../src/errors.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const columns = 'id: col.bigint(), happened: col.timestamp()';
const definitions = (rows: string, write = "'append'", more = '') => `
import { byHand, col, env, files, firstOf, job, replaceEach, run, source, sql, table } from 'esteira';
import { kafka } from 'esteira/kafka';
export const events = source('landing.events', { reader: firstOf(kafka('match_events'), files('events/{date}.jsonl')), day: 'happened', columns: { ${columns} } });
export const bronze = table('bronze.events', { columns: { ${columns}${more} }, rows: ${rows}, write: ${write}, invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`;
const usual = definitions('sql`select id, happened from ${events}`');
const line = (id: number, day: number): string => JSON.stringify({ id, happened: `2026-03-0${day}T10:00:00Z` });
const sent = (id: number, day: number) => ({ at: `2026-03-0${day}T10:00:00Z`, value: line(id, day) });
const away = '127.0.0.1:1';

async function worldOf(
  text: string,
): Promise<{ readonly open: (servers: string) => Promise<World>; file(day: number, text: string): void }> {
  const folder = temporaryFolder('owed');
  writeProject(folder, { catalog: 'shop', definitions: text });
  mkdirSync(path.join(folder, 'files', 'events'));
  let world: World | undefined;
  after(async () => await world?.close());
  return {
    open: async (servers) => {
      await world?.close();
      process.env['KAFKA_BOOTSTRAP_SERVERS'] = servers;
      world = await World.open(folder, '2026-03-10T06:00:00Z');
      return world;
    },
    file: (day, content) => writeFileSync(path.join(folder, 'files', 'events', `2026-03-0${day}.jsonl`), content),
  };
}
const warned = (world: World): string =>
  world.events.flatMap((event) => (event.type === 'note' && event.level === 'warn' ? [event.text] : [])).join('\n');
const ids = async (world: World) =>
  (await world.rows('select id from bronze.events order by id')).map(([id]) => Number(id));
const asides = async (world: World) =>
  (await world.rows('select _rid from bronze.events_invalidos order by 1')).map(([rid]) => rid);

describe('a source that is read from the first that can be reached', () => {
  test('a date from the other is owed, with its rows; what the first has takes their place, invalid ones too', async () => {
    const { open, file } = await worldOf(usual);
    const held: Held = {
      first: 0n,
      messages: [sent(1, 4), { at: '2026-03-04T11:00:00Z', value: 'broken' }, sent(2, 4), sent(7, 5)],
    };
    const broker = await fakeBroker(held);
    after(() => broker.close());
    file(4, `${line(1, 4)}\nbroken\n`);
    let world = await open(away);
    await world.do('setup', {});
    await world.run('daily', '2026-03-04');
    assert.match(warned(world), /read from files events\/\{date\}\.jsonl; 2026-03-04 is owed/);
    assert.deepEqual([await ids(world), await asides(world)], [[1], ['events/2026-03-04.jsonl:0000000002']]);
    world = await open(broker.address);
    await world.run('daily', '2026-03-05');
    assert.match(warned(world), /2026-03-04 was owed, and is drained/);
    assert.deepEqual([await ids(world), await asides(world)], [[1, 2, 7], ['match_events@07070707:0:1']]);
    await world.run('daily', '2026-03-06');
    assert.deepEqual(await ids(world), [1, 2, 7]);
  });

  test('a date that the first does not have any more stays as it was read, and is said', async () => {
    const { open, file } = await worldOf(usual);
    const broker = await fakeBroker({ first: 3n, messages: [sent(7, 5)] });
    after(() => broker.close());
    file(4, `${line(1, 4)}\n`);
    file(5, `${line(5, 5)}\n`);
    let world = await open(away);
    await world.do('setup', {});
    await world.run('daily', '2026-03-04');
    world = await open(broker.address);
    await world.run('daily', '2026-03-05');
    assert.match(warned(world), /Messages of match_events are gone/, 'of its own date nobody knows');
    assert.deepEqual(await ids(world), [1, 5]);
    await world.run('daily', '2026-03-06');
    assert.match(
      warned(world),
      /2026-03-04 stays as it was read: match_events may not have all messages of 2026-03-04/,
    );
    assert.deepEqual(await ids(world), [1, 5]);
  });

  test('a table that cannot take back a date is refused, with what to write', async () => {
    const refused = async (text: string): Promise<string> => {
      const { open } = await worldOf(text);
      return await open(away)
        .then((world) => world.do('setup', {}))
        .then(
          () => 'nothing',
          (error: unknown) => (error instanceof EsteiraError ? `${error.code} ${error.message}` : String(error)),
        );
    };
    assert.match(await refused(definitions('events', "'replace'")), /DEFINITION_INVALID .*starts anew each time/);
    const grouped = definitions('sql`select max(id) as id, happened from ${events} group by happened`');
    assert.match(await refused(grouped), /DEFINITION_INVALID .*groups its rows/);
    const dated = definitions(
      'sql`select id, happened, ${run.date} as day from ${events}`',
      "replaceEach('day')",
      ', day: col.date()',
    );
    assert.match(await refused(dated), /DEFINITION_INVALID .*uses the run's date/);
    const undated = usual.replace(", day: 'happened'", '');
    assert.match(await refused(undated), /nothing says of which date a row is/);
    assert.match(await refused(definitions('events.unread')), /Nothing says what is new of landing\.events/);
  });
});
