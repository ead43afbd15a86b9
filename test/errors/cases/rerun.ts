import { rmSync, writeFileSync } from 'node:fs';
import { type Case, type Cases, definitions, numbers, shop } from '../case.ts';

const read = `
export const landing = source('landing.sales', { reader: files('*.csv'), columns: { n: col.integer() } });
export const bronze = table('bronze.sales', { columns: landing.columns, rows: landing.unread, write: 'append' });
`;
const some = shop(`${read}
export const days = table('gold.days', { columns: { day: col.date(), n: col.integer() }, write: 'append',
  rows: sql\`select \${run.date} as day, count(*) as n from \${bronze}\` });
export const daily = job('daily', { when: byHand, build: [days] });
`);
const failing = `${numbers}export const none = check('none', expectNone(sql\`select n from \${numbers}\`));\n`;

/** Doing again what was done, or was begun. */
export const rerun: Cases = {
  REPROCESS_IMPOSSIBLE: [
    {
      doing: 'A table is to be built again from files, one of which is gone.',
      words: ['reprocess', 'bronze.sales'],
      ...some,
      before: [['setup']],
      arrange: async (sandbox) => {
        writeFileSync(sandbox.file('data/one.csv'), 'n\n1\n');
        await sandbox.succeed('run', 'daily');
        rmSync(sandbox.file('data/one.csv'));
        return undefined;
      },
    },
    {
      doing: 'A table is to be built again that keeps a row of each day.',
      words: ['reprocess', 'gold.days'],
      ...some,
      before: [['setup']],
    },
  ],
  RESET_UNCONFIRMED: [
    {
      doing: 'A layer is to be dropped where nobody can be asked.',
      words: ['reset', '--layer', 'silver'],
      before: [['setup']],
    },
    {
      doing: 'Another name is typed than that of the layer.',
      words: ['reset', '--layer', 'silver', '--yes', 'gold'],
      before: [['setup']],
    },
  ],
  CANCEL_IMPOSSIBLE: [
    { doing: 'Nothing goes on.', words: ['cancel'] },
    { ...ended('A run is to be stopped that has ended.'), words: ['cancel', 'latest'] },
    { doing: 'Nothing of a job goes on or waits.', words: ['cancel', 'daily'], ...shop(numbers) },
  ],
  BACKUP_UNUSABLE: [
    { doing: 'A folder is to be restored that is no backup.', words: ['restore', 'data'] },
    {
      doing: 'A file of a backup was changed.',
      words: ['restore', 'backup'],
      before: [['setup'], ['backup', 'backup']],
      arrange: async (sandbox) => {
        writeFileSync(sandbox.file('backup/state.jsonl'), 'other');
        return undefined;
      },
      varying: /\b[0-9a-f]{64}\b|\d+(?= bytes)/g,
    },
  ],
  RESTORE_UNCONFIRMED: [
    {
      doing: 'A backup is to be restored where nobody can be asked.',
      words: ['restore', 'backup'],
      before: [['setup'], ['backup', 'backup']],
    },
    {
      doing: 'Another name is typed than that of the project.',
      words: ['restore', 'backup', '--yes', 'gold'],
      before: [['setup'], ['backup', 'backup']],
    },
  ],
  RESTORE_UNFINISHED: [
    {
      doing: 'The machine went down while a backup was restored.',
      words: ['status'],
      before: [['setup'], ['backup', 'backup']],
      arrange: async (sandbox) => {
        const words = ['restore', 'backup', '--yes', 'shop'];
        await sandbox.start(words, { env: { ESTEIRA_STOP_AT: 'restore-decided' } }).ended;
        return undefined;
      },
    },
  ],
  RESUME_IMPOSSIBLE: [
    { doing: 'Nothing is unfinished.', words: ['resume'] },
    ended('A run is to go on that has ended.'),
    {
      doing: 'A run is to go on as it was, and a definition has changed since.',
      words: ['resume', '--as-was'],
      ...shop(failing),
      before: [['setup']],
      arrange: async (sandbox) => {
        await sandbox.run('run', 'daily');
        sandbox.write({ 'definitions/shop.ts': definitions(failing.replace('select 1 as n', 'select 2 as n')) });
        return undefined;
      },
    },
  ],
};

function ended(doing: string): Case {
  return { doing, words: ['resume', 'latest'], before: [['setup'], ['run', 'daily']] };
}
