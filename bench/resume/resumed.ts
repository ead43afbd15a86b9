// Goes on with what was killed; prints how long opening took, how long it took to come to the first step that is left, and how many were.
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';

const [folder = ''] = process.argv.slice(2);
let decided: number | undefined;
let left = 0;
const began = performance.now();
const trace = (point: string): void => {
  if (point === 'before-intent') decided ??= performance.now();
};
const project = await openProject({ folder, command: 'bench', trace });
const asked = performance.now();
const context = {
  emit: (event: {
    readonly type: string;
    readonly state?: string;
    readonly adopted?: boolean;
    readonly seconds?: number;
  }) => {
    if (event.type === 'step' && event.state === 'done' && !event.adopted) left += 1;
  },
  signal: new AbortController().signal,
};
await operate(project, 'resume', {}, context);
await project.close();
console.log(JSON.stringify({ opened: asked - began, decided: (decided ?? Number.NaN) - asked, left }));
