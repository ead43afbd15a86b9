import path from 'node:path';
import { Desk } from './desk.ts';

const client = path.join(import.meta.dirname, 'client.ts');

/** What two readers in other processes saw of the cube, which was classified so many times meanwhile, every other time over another period. */
export async function polled(
  times: number,
): Promise<{ readonly reads: readonly number[]; readonly differences: readonly string[] }> {
  const desk = new Desk().ofSources();
  await desk.plant({ users: 300 });
  await desk.succeed('setup');
  await desk.retrain();
  const classified = await desk.classify();
  if (classified.exit !== 0) throw new Error(classified.err);
  const writer = desk.startProgram(process.execPath, [client, 'write', `${times}`]);
  await writer.says(new RegExp(`wrote ${times}\\b`));
  const readers = [1, 2].map(() => desk.startProgram(process.execPath, [client, 'read']));
  for (const reader of readers) await reader.says(/reads/);
  const { exit, err } = await writer.ended;
  if (exit !== 0) throw new Error(err);
  const reads: number[] = [];
  const differences: string[] = [];
  for (const reader of readers) {
    reader.signal('SIGUSR2');
    const ended = await reader.ended;
    if (ended.exit !== 0) throw new Error(ended.err);
    const said = JSON.parse(ended.out.trim().split('\n').at(-1) ?? '') as {
      readonly reads: number;
      readonly seen: readonly (readonly number[])[];
    };
    reads.push(said.reads);
    // Rows, entities, runs that wrote them, rows without a label.
    for (const row of said.seen) if (String(row.slice(0, 4)) !== '840,420,1,0') differences.push(`seen: ${row}`);
    const minutes = new Set(said.seen.map((row) => row[4]));
    if (minutes.size !== 2) differences.push(`${minutes.size} states were seen, of two periods`);
  }
  return { reads, differences };
}
