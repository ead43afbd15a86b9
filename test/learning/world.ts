import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/learn/random.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { approvedBy, atLeast, byHand, col, cron, files, job, kmeans, logisticRegression, model, samples, settings, source, sql, table } from 'esteira';

export const limits = settings('config.limits', { silhouette: col.real().default(0.2), floor: col.real().default(0) });
export const usage = source('landing.usage', { reader: files('usage/*.csv'), columns: {
  id: col.integer(), level: col.text(), minutes: col.real(), days: col.real(), stays: col.boolean() } });
export const people = table('silver.people', {
  columns: { id: col.integer().key(), level: col.text(), minutes: col.real(), days: col.real(), stays: col.boolean() },
  rows: sql\`select * from \${usage} where minutes >= \${limits.floor}\`,
});
export const engagement = model('analytics.engagement', {
  from: people, each: ['level'], features: ['minutes', 'days'], learner: kmeans({ clusters: 3, restarts: 3 }),
  gate: [atLeast('silhouette', limits.silhouette), atLeast(samples, 50)],
});
export const labels = table('analytics.labels', {
  columns: { level: col.text().key(), centroid_id: col.integer().key(), label: col.text() },
  rows: sql\`select level, centroid_id, case row_number() over (partition by level order by minutes desc)
    when 1 then 'high' when 2 then 'middle' else 'low' end as label from \${engagement.centroids} c\`,
});
export const scores = table('analytics.scores', {
  columns: { id: col.integer().key(), level: col.text(), minutes: col.real(), label: col.text(), centroid_id: col.integer(), model_version: col.text() },
  rows: sql\`select p.*, l.label from \${engagement.predict(people)} p join \${labels} l on l.level = p.level and l.centroid_id = p.centroid_id\`,
});
export const churn = model('analytics.churn', {
  from: people, features: ['days', 'level'], target: 'stays', learner: logisticRegression(), gate: [atLeast('auc', 0.6)], release: approvedBy('dados'),
});
export const chances = table('analytics.chances', {
  columns: { id: col.integer().key(), probability: col.real(), model_version: col.text() }, rows: sql\`select * from \${churn.predict(people)}\`,
});
export const retrain = job('retrain', { when: byHand, train: [engagement], build: [labels] });
export const trainAlone = job('train_alone', { when: byHand, train: [engagement] });
export const labelsAlone = job('labels_alone', { when: byHand, build: [labels] });
export const classify = job('classify', { when: byHand, build: [scores] });
export const learnChurn = job('learn_churn', { when: byHand, train: [churn] });
export const score = job('score', { when: byHand, build: [chances] });
`;

/** People of two levels in three groups each, of which `shift` moves the centres a little. */
function usageOf(shift: number, groups = 3): string {
  const random = new Random(17 + shift);
  const lines = Array.from({ length: 600 }, (_, id) => {
    const group = (id >> 1) % groups;
    const noise = random.next() + random.next() + random.next();
    const days = group * 2 + random.next() + shift / 10;
    const stays = random.next() < days / 6;
    return `${id},${id % 2 ? 'user' : 'team'},${(group * 1000 + 200 * noise + 10 * shift).toFixed(3)},${days.toFixed(4)},${stays}`;
  });
  return `id,level,minutes,days,stays\n${lines.join('\n')}\n`;
}

export function deliver(folder: string, shift: number, groups?: number): void {
  mkdirSync(path.join(folder, 'files', 'usage'), { recursive: true });
  writeFileSync(path.join(folder, 'files', 'usage', 'a.csv'), usageOf(shift, groups));
}

/** A project that is set up, with usage delivered. */
export async function learningWorld(
  name: string,
  { view = '', trace }: { readonly view?: string; readonly trace?: (point: string) => void | Promise<void> } = {},
): Promise<World> {
  const folder = temporaryFolder(name);
  writeProject(folder, { catalog: 'shop', definitions: `${definitions}${view}\n` });
  const config = path.join(folder, 'esteira.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(
      "standard: 'here',",
      "standard: 'here', groups: { dados: ['ana'] }, channels: { dados: [toFile({ path: 'told.txt' })] }, logs: { '*': 'logs/training.log' },",
    ),
  );
  deliver(folder, 0);
  const world = await World.open(folder, '2026-03-10T06:00:00Z', trace);
  await world.do('setup', {});
  return world;
}

/** What every row of the scores must be, whatever has happened: of one version, labelled as that version says. Gives its version. */
export async function consistentVersion(world: World): Promise<unknown> {
  const wrong = await world.rows(`select count(*) from analytics.scores s left join analytics.labels__versions l
    on l.level = s.level and l.centroid_id = s.centroid_id and l.model_version = s.model_version where l.label is distinct from s.label`);
  const versions = await world.rows('select distinct model_version from analytics.scores');
  if (Number(wrong[0]?.[0]) !== 0 || versions.length !== 1)
    throw new Error(`${wrong[0]?.[0]} rows have another label than their version, of versions ${versions.join(', ')}`);
  return versions[0]?.[0];
}
export const championOf = async (world: World, model: string): Promise<string | undefined> =>
  (await world.project.state.models.champions()).get(`shop.${model}`)?.version;
