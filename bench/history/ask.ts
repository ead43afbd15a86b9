// Opens a project and asks what people ask of its history, each once, as the owner does; prints the milliseconds of each as JSON.
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';

const [folder = '', run = ''] = process.argv.slice(2);
const project = await openProject({ folder, command: 'bench' });
const context = { emit: () => {}, signal: new AbortController().signal };
const took: Record<string, number> = {};
async function ask(name: string, answer: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  await answer();
  took[name] = performance.now() - started;
}
await ask('status', () => operate(project, 'status', {}, context));
await ask('runs', () => operate(project, 'runs', {}, context));
await ask('runs of a job', () => operate(project, 'runs', { job: 'job_3' }, context));
await ask('runs of an old job', () => operate(project, 'runs', { job: 'old' }, context));
await ask('one run', () => operate(project, 'show', { name: run }, context));
await ask('its log', () => operate(project, 'logs', { run }, context));
await project.close();
console.log(JSON.stringify(took));
