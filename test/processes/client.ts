import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openSession } from '../../src/cli/connect.ts';
import { parse } from '../../src/cli/parse.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import type { QueryView } from '../../src/operate/views.ts';

// A process of its own that asks again and again: to start one for each question would take most of the time.
//   client.ts write <times>    runs the job so many times
//   client.ts read             reads the table until it is told to stop; says what it saw

const [mode = '', times = '0'] = process.argv.slice(2);
const manifest = path.join(import.meta.dirname, '..', '..', 'package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
const { typed } = parse(['status']);
const session = openSession({ typed, terminal: openTerminal({ color: false }), version, command: `client ${mode}` });

if (mode === 'write') {
  for (let left = Number(times); left > 0; left -= 1) {
    await session.call('run', { job: 'stamps', again: true });
    console.log(`wrote ${left}`);
  }
} else {
  let isTold = false;
  process.on('SIGUSR2', () => {
    isTold = true;
  });
  const stamps = new Set<string>();
  const wrong: unknown[] = [];
  let reads = 0;
  while (!isTold) {
    const sql = 'select count(*), count(distinct n), min(stamp), max(stamp) from silver.stamped';
    const [row = []] = ((await session.call('query', { sql })) as QueryView).rows;
    reads += 1;
    if (reads === 1) console.log('reads');
    if (row[0] !== 20000 || row[1] !== 20000 || row[2] !== row[3]) wrong.push(row);
    stamps.add(String(row[2]));
  }
  console.log(JSON.stringify({ reads, stamps: stamps.size, wrong }));
}
await session.close();
