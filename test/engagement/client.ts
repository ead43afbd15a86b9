import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openSession } from '../../src/cli/connect.ts';
import { parse } from '../../src/cli/parse.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import type { QueryView } from '../../src/operate/views.ts';

// A process of its own that asks again and again: to start one for each question would take most of the time.
//   client.ts write <times>    classifies so many times, every other time over another period
//   client.ts read             reads the cube until it is told to stop; says what it saw

const [mode = '', times = '0'] = process.argv.slice(2);
const manifest = path.join(import.meta.dirname, '..', '..', 'package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
const { typed } = parse(['status']);
const session = openSession({ typed, terminal: openTerminal({ color: false }), version, command: `client ${mode}` });

if (mode === 'write') {
  for (let left = Number(times); left > 0; left -= 1) {
    const params = { 'config.parametros_engajamento.periodo_dias': left % 2 === 0 ? '90' : '80' };
    await session.call('run', { job: 'config.sp_classificar_cubo', again: true, params });
    console.log(`wrote ${left}`);
  }
} else {
  let isTold = false;
  process.on('SIGUSR2', () => {
    isTold = true;
  });
  const seen = new Set<string>();
  let reads = 0;
  while (!isTold) {
    // One of each state: rows, entities, runs that wrote them, rows without a label.
    const sql = `select count(*), count(distinct nivel || entidade_id), count(distinct _run), count(*) - count(label),
      round(sum(minutos)) from analytics.cubo_engajamento`;
    seen.add(JSON.stringify(((await session.call('query', { sql })) as QueryView).rows[0]));
    reads += 1;
    if (reads === 1) console.log('reads');
  }
  console.log(JSON.stringify({ reads, seen: [...seen].map((row) => JSON.parse(row)) }));
}
await session.close();
