// Opens a project, carries out commands one after the other, and says a line after each. What it is told by ESTEIRA_STOP_AT kills it.
import { writeSync } from 'node:fs';
import type { OperationName } from '../../src/operate/index.ts';
import { World } from '../run/support/world.ts';

export interface Command {
  readonly name: OperationName;
  readonly input: object;
  /** What the clock says meanwhile. */
  readonly now: string;
}
/** The project is open; or a command has ended. */
export interface Told {
  readonly index?: number;
  readonly error?: string;
}

const { folder, commands } = JSON.parse(process.argv[2] ?? '') as { folder: string; commands: readonly Command[] };
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);

const world = await World.open(folder);
tell({});
for (const [index, { name, input, now }] of commands.entries()) {
  world.setClock(now);
  try {
    await world.do(name, input as never);
    tell({ index });
  } catch (error) {
    tell({ index, error: error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : String(error) });
    break;
  }
}
await world.close();
