// Each stop that is named on the command line, in a world of its own; what is other than without it, as JSON.
import { kill, type Outcome, prepare } from './worlds.ts';

const worlds = await prepare({ parallel: 1 });
const outcomes: Outcome[] = [];
for (const stop of process.argv.slice(2)) outcomes.push(await kill(worlds, [stop]));
process.stdout.write(JSON.stringify(outcomes));
