import type { Project } from '../../run/index.ts';
import { emitNote, type Work } from '../carry-out.ts';
import type { Context } from '../views.ts';
import { isRerun } from './called.ts';
import { resume } from './resume.ts';

/** A rerun that was interrupted has left tables that stand below others as they were: it goes on before they are read. */
export async function finishReruns({ steps, anyway = false }: Work, project: Project, context: Context): Promise<void> {
  const runs = await project.state.runs({ state: 'running', limit: 1000 });
  const reruns = runs.filter(({ job }) => isRerun(job));
  if (reruns.length === 0) return;
  const own = new Set((await project.state.going(project.holder)).map(({ runId }) => runId));
  const met = new Set(steps.map(({ node }) => node.id));
  for (const { runId, job } of reruns.filter((one) => !own.has(one.runId))) {
    const left = (await project.state.steps(runId)).filter(({ step }) => met.has(step));
    if (left.length === 0) continue;
    emitNote(context, `\`esteira ${job}\` was interrupted: it goes on first.`);
    await resume(project, { run: runId, anyway }, context);
  }
}
