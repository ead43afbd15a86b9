import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProject } from '../../src/config/open.ts';
import { operate } from '../../src/operate/index.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';

const definitions = (columns: string, more = '') => `import { col, byHand, job, sql, table } from 'esteira';
export const above = table('bronze.above', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const slow = table('silver.slow', { columns: { ${columns} }, rows: sql\`select n, n as m, n as o from \${above}\`, invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [slow] });
${more}`;
const context = { emit: () => {}, signal: new AbortController().signal };

async function graphOf(text: string) {
  const folder = temporaryFolder('setup');
  writeProject(folder, { catalog: 'shop', definitions: text });
  const project = await openProject({ folder });
  await project.close();
  return project.graph;
}

test('set-up leaves the tables alone that a run uses, and makes others beside it', async () => {
  const folder = temporaryFolder('setup');
  writeProject(folder, { catalog: 'shop', definitions: definitions('n: col.integer()') });
  const project = await openProject({ folder });
  await operate(project, 'setup', {}, context);
  const beside = `export const other = table('gold.other', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });\n`;
  const others = await graphOf(definitions('n: col.integer()', beside));
  const grown = await graphOf(definitions('n: col.integer(), m: col.integer().optional()'));
  const judged = await graphOf(definitions('n: col.integer().min(0)'));
  const said: string[] = [];
  const trace = async (point: string): Promise<void> => {
    if (point !== 'intent' || said.length > 0) return;
    for (const graph of [others, grown, judged])
      said.push(
        await operate({ ...project, graph, trace: () => {} }, 'setup', {}, context).then(
          ({ changes }) => changes.map(({ change, name }) => `${change} ${name}`).join(', '),
          (error) => `${error.code}: ${error.message}, ${error.details.where}`,
        ),
      );
  };
  const { runId, state } = await operate({ ...project, trace }, 'run', { job: 'daily' }, context);
  assert.equal(state, 'succeeded');
  assert.match(said[0] ?? '', /^create schema gold, create table gold\.other$/);
  assert.match(
    said[1] ?? '',
    new RegExp(
      `^RUN_IN_PROGRESS: Job daily is running and uses shop\\.silver\\.slow.*, which set-up would change\\., run ${runId}, since`,
    ),
  );
  assert.match(said[2] ?? '', /^RUN_IN_PROGRESS: .* uses shop\.silver\.slow_invalidos/);
  const { changes } = await operate({ ...project, graph: grown }, 'setup', {}, context);
  assert.ok(changes.length > 0);
  await project.close();
});
