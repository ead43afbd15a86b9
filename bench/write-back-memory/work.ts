// Opens the project of a folder, whose rows are written to a place that takes all of them, and runs its job; killed in the middle where that is asked.
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';
import type { Target } from '../../src/ports/index.ts';

const [folder = '', kill = '0'] = process.argv.slice(2);
const opened = await openProject({ folder });
let rows = 0;
const target: Target = {
  place: 'nowhere',
  write: async (batch) => {
    // As a request takes a while.
    await new Promise((resolve) => setImmediate(resolve));
    rows += batch.rows;
    if (rows === Number(kill)) process.kill(process.pid, 'SIGKILL');
    return Array.from({ length: batch.rows }, () => ({ is: 'sent' as const }));
  },
  close: async () => {},
};
const targets = {
  has: () => true,
  open: async () => target,
  look: async () => ({ found: 'nowhere' }),
  sql: async () => undefined,
};
const context = { emit: () => {}, signal: new AbortController().signal };
await operate({ ...opened, targets }, 'run', { job: 'scores' }, context);
const { heapUsed } = process.memoryUsage();
process.stdout.write(`${JSON.stringify({ rows, heapUsed, peak: process.resourceUsage().maxRSS * 1024 })}\n`);
await opened.close();
