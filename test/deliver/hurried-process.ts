// Runs the scores of a world in a hurry. What it is told by ESTEIRA_STOP_AT kills it; `write@<n>` is before its n-th request leaves.
import { writeSync } from 'node:fs';
import { stopPoint } from '../../src/config/place.ts';
import type { Told } from '../crash/process.ts';
import { World } from '../run/support/world.ts';
import { targetsAt } from './elsewhere.ts';
import { runHurried } from './hurried.ts';

const { folder } = JSON.parse(process.argv[2] ?? '') as { readonly folder: string };
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);
const stop = stopPoint();

const world = await World.open(folder);
tell({});
const told = await runHurried(world, { targets: targetsAt(folder, () => stop('write')) }).then(
  () => ({ index: 0 }),
  (error: unknown) => ({ index: 0, error: String(error instanceof Error ? error.stack : error) }),
);
tell(told);
await world.close();
