import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from './manifest.ts';
import { dateOf, type Plan } from './options.ts';

/** Rows that would be well, of keys that no other file has: if one is ever counted, the file was not set aside whole. */
const channel = (id: number, plan: Plan) =>
  JSON.stringify({
    id,
    nome: 'rádio',
    digital: false,
    _deleted: false,
    _synced_at: `${dateOf(plan, 0)}T12:00:00.000000Z`,
  });

/** Two files of the first day that cannot be read whole: one has a line that is not JSON, the other was cut short. */
export async function writeBadFiles(folder: string, plan: Plan): Promise<Manifest['badFiles']> {
  const date = dateOf(plan, 0);
  const path = (name: string) => `postgres_public/canais/${date}-${name}.jsonl${plan.gzip ? '.gz' : ''}`;
  const broken = `${channel(4_000_000_001, plan)}\n{"id": 4000000002, "nome": \n${channel(4_000_000_003, plan)}\n`;
  const whole = `${channel(4_000_000_004, plan)}\n${channel(4_000_000_005, plan)}\n`;
  const cut = plan.gzip ? gzipSync(whole).subarray(0, -12) : whole.slice(0, -30);
  const files = [
    { path: path('broken'), date, line: 2, fault: 'a line is not JSON', bytes: plan.gzip ? gzipSync(broken) : broken },
    { path: path('cut'), date, line: 2, fault: 'the file is cut short', bytes: cut },
  ];
  for (const { path: relative, bytes } of files) {
    await mkdir(dirname(join(folder, relative)), { recursive: true });
    await writeFile(join(folder, relative), bytes);
  }
  return files.map(({ bytes: _, ...told }) => told);
}
