import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Ended, Sandbox } from '../../sandbox.ts';
import { type Cases, numbers, shop } from '../case.ts';
import { copyPackage } from '../package.ts';

const limits = `${numbers}export const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });
if (process.env.HOLD) await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

/** A process that owns the project, and does not come further than loading it. */
async function holding(sandbox: Sandbox) {
  const owner = sandbox.start(['status'], { env: { HOLD: '1' } });
  await owner.says(/Opening the project|Waiting/);
  return owner;
}

/** What the second command gives, which was begun with the first. */
const waiting = new Map<Sandbox, Promise<Ended>>();

/** A process that owns the project for as long as its query takes. */
async function asking(sandbox: Sandbox) {
  const owner = sandbox.start(['query', 'select count(*) from range(12000) where sleep_ms(5) is null']);
  await sandbox.ownedBy(owner);
  // Answered when it has loaded the definitions.
  await sandbox.succeed('status');
  return owner;
}

/** Other processes. */
export const owner: Cases = {
  OWNER_GONE: [
    {
      doing: 'The owner is killed while a setting is being changed.',
      words: ['settings', 'set', 'config.limits.floor', '0.25'],
      ...shop(limits),
      before: [['setup']],
      give: async (sandbox, words) => {
        let ended: Ended | undefined;
        // When the owner is killed before the command has reached it, the command becomes the owner: then once more, more slowly.
        for (let wait = 1000; ended?.exit !== 4 && wait < 20_000; wait *= 2) {
          const owner = await holding(sandbox);
          const command = sandbox.start(words);
          await sleep(wait);
          owner.signal('SIGKILL');
          ended = await command.ended;
        }
        return ended as Ended;
      },
    },
  ],
  DEFINITIONS_CHANGED: [
    {
      doing: 'A definition is changed while another command owns the project.',
      words: ['check'],
      ...shop(limits),
      before: [['setup']],
      arrange: async (sandbox) => {
        const owner = await asking(sandbox);
        sandbox.write({ 'definitions/shop.ts': shop(`${limits}// and more`).files['definitions/shop.ts'] ?? '' });
        return async () => owner.signal('SIGKILL');
      },
    },
  ],
  OWNER_UNREACHABLE: [
    {
      doing: 'The owner hangs.',
      words: ['status'],
      ...shop(limits),
      before: [['setup']],
      // Each waits long for an answer: both at once.
      give: async (sandbox, words) => {
        const known = waiting.get(sandbox);
        if (known) return known;
        const owner = await holding(sandbox);
        owner.signal('SIGSTOP');
        waiting.set(sandbox, sandbox.run(...words, '--json'));
        const ended = await sandbox.run(...words);
        void waiting.get(sandbox)?.finally(() => owner.signal('SIGKILL'));
        return ended;
      },
      varying: /since [^)]+/g,
    },
    {
      doing: 'The owner is of another version.',
      words: ['status'],
      ...shop(limits),
      arrange: async (sandbox) => {
        const owner = await holding(sandbox);
        return async () => owner.signal('SIGKILL');
      },
      give: async (sandbox, words) => {
        const version = { file: 'package.json', from: '"version": "0.1.0"', to: '"version": "0.2.0"' };
        const home = copyPackage(sandbox.folder, version);
        return sandbox.startProgram(process.execPath, [`${home}/bin/esteira.mjs`, ...words]).ended;
      },
    },
  ],
  OWNED_ELSEWHERE: [
    {
      doing: 'A project in another folder keeps its state in the same file, and is being used.',
      words: ['status'],
      before: [['setup']],
      arrange: async (sandbox) => {
        const text = readFileSync(sandbox.file('esteira.config.ts'), 'utf8');
        const other = new Sandbox({
          ...shop(limits).files,
          'esteira.config.ts': text.replace('warehouse/state.sqlite', sandbox.file('warehouse/state.sqlite')),
        });
        const owner = await asking(other);
        return async () => owner.signal('SIGKILL');
      },
      varying: /select count[^`]+/g,
    },
  ],
  FILE_HELD: [
    {
      doing: 'Another program has the file of a catalog open.',
      words: ['query', 'select 1 from silver.numbers'],
      before: [['setup']],
      arrange: async (sandbox) => {
        const instance = await DuckDBInstance.create(sandbox.file('warehouse/shop.duckdb'));
        return async () => instance.closeSync();
      },
      varying: /(?<=held in ).+\/bin\/node\b/g,
      // A process may open a file twice: this one has it.
      give: (sandbox, words) => sandbox.start(words).ended,
    },
  ],
};
