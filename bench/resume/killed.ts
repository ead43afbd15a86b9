// Runs all tables of the project, and is killed as soon as that many are published.
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';

const [folder = '', many = ''] = process.argv.slice(2);
let published = 0;
const trace = (point: string): void => {
  if (point === 'published') published += 1;
  if (published === Number(many)) process.kill(process.pid, 'SIGKILL');
};
const project = await openProject({ folder, command: 'bench', trace });
const context = { emit: () => {}, signal: new AbortController().signal };
await operate(project, 'run', { job: 'all', date: '2026-01-02' }, context);
