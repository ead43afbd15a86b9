// Started by kills.test.ts: writes requests to the log of a folder until it is killed at the point that ESTEIRA_STOP_AT names.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { stopPoint } from '../../../src/config/place.ts';
import { entry, openLog } from './support.ts';

const [folder = '', name = '', away = ''] = process.argv.slice(2);
const stop = stopPoint();
const waiting: string[] = [];
const store = folderStore({ path: path.join(folder, 'files') });
const keep: typeof store.keep = async (...of) => {
  if (away !== '') throw new Error('the store is away');
  return await store.keep(...of);
};
const { log } = openLog(folder, {
  store: { ...store, keep },
  trace(point) {
    // Another process finds it from then on, whatever happens to this one. Days take turns, so that each is written by itself.
    if (point === 'rows-written') appendFileSync(path.join(folder, 'noted'), `${waiting.shift()}\n`);
    stop(point);
  },
});
console.log('begun');
for (let turn = 0; turn < 4; turn += 1) {
  for (let index = 0; index < 5; index += 1) {
    const id = `${name}-${turn}-${index}`;
    log.add(entry(id, 2, { at: Date.parse(`2026-03-0${4 + (index % 2)}T12:00:00Z`) }));
    waiting.push(id);
  }
  await log.flush();
}
await log.close();
