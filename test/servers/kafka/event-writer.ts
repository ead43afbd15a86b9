// Started by events.test.ts too: sends events of an endpoint to a topic until it is killed at the point that ESTEIRA_STOP_AT names.
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { kafkaSink } from '../../../src/adapters/kafka/send.ts';
import { takeSqliteLock } from '../../../src/adapters/sqlite/lock.ts';
import { stopPoint } from '../../../src/config/place.ts';
import { kafka } from '../../../src/define/kafka.ts';
import { col, endpoint, source } from '../../../src/index.ts';
import { Events } from '../../../src/serve/log/index.ts';
import { stays } from '../../endpoint/log/support.ts';

type Options = ConstructorParameters<typeof Events>[0];
/** Events of an endpoint, of which each tells of one time. */
export function open(
  folder: string,
  { topic, servers }: { readonly topic: string; readonly servers: string },
  options: Partial<Options> = {},
) {
  const reader = kafka(topic);
  const to = source('landing.shown', {
    reader,
    day: 'happened',
    columns: {
      event_id: col.text().key(),
      happened: col.timestamp(),
      large: col.bigint(),
      list: col.list({ id: col.text() }),
    },
  });
  const shows = endpoint('shows', {
    path: '/shows',
    model: stays,
    request: { id: col.text() },
    answer: { ok: col.boolean() },
    handle: () => ({ ok: true }),
    events: { to, of: ({ id, at }) => ({ event_id: id, happened: at, large: 1n, list: [] }) },
  });
  const value = (of: string): string => (of.startsWith('env:KAFKA_BOOTSTRAP') ? servers : of);
  const sink = kafkaSink(
    { by: 'kafka', options: reader.options, where: 'source landing.shown' },
    { value, secret: value, folder },
  );
  const said: object[] = [];
  const events = new Events({
    ...{ endpoint: shows, target: { to: 'topic', sink, key: undefined }, store: folderStore({ path: folder }) },
    ...{ spool: path.join(folder, 'spool'), process: randomUUID(), takeLock: takeSqliteLock },
    ...{ clock: { now: () => Temporal.Now.instant() }, say: (line) => said.push(line) },
    ...options,
  });
  return { events, said };
}

export const happened = Temporal.Instant.from('2026-03-04T12:00:00.123456Z');
export const event = (id: string) => ({ event_id: id, happened, large: 9_007_199_254_740_993n, list: [{ id: 'ç' }] });

const [, file = '', folder = '', topic = '', servers = '', name = ''] = process.argv;
if (file === import.meta.filename) {
  const stop = stopPoint();
  const waiting: string[] = [];
  const { events } = open(
    folder,
    { topic, servers },
    {
      trace(point) {
        if (point === 'rows-written')
          appendFileSync(
            path.join(folder, 'noted'),
            waiting
              .splice(0)
              .map((id) => `${id}\n`)
              .join(''),
          );
        stop(point);
      },
    },
  );
  for (let turn = 0; turn < 5; turn += 1) {
    for (let index = 0; index < 20; index += 1) {
      events.send(event(`${name}-${turn}-${index}`));
      waiting.push(`${name}-${turn}-${index}`);
    }
    await events.flush();
  }
  await events.close();
}
