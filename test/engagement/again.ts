import { Desk, lastDate } from './desk.ts';

/** By level, granularity and entity: its cluster. */
export async function clusters(desk: Desk): Promise<ReadonlyMap<string, number>> {
  const rows = await desk.rows('select nivel, granularidade, entidade_id, centroid_id from analytics.cubo_engajamento');
  return new Map(rows.map(([level, granularity, id, cluster]) => [`${level} ${granularity} ${id}`, Number(cluster)]));
}

const seeded = (text: string): string => text.replace('seed: 42', "seed: Number(process.env['SEED'] ?? 42)");
const after = (days: number): string =>
  Temporal.Instant.from('2026-10-01T12:00:00Z')
    .add({ hours: 24 * days })
    .toString();

/** One desk, trained once and then so many times with other seeds on the same data: how many rows its cube has, and what moved or was not told. */
export async function trainedAgain(
  times: number,
): Promise<{ readonly rows: number; readonly differences: readonly string[] }> {
  const desk = new Desk(seeded);
  await desk.plant({ users: 300 });
  await desk.succeed('setup');
  let told = 0;
  const with_ = async (seed: number) => {
    const env = { SEED: `${seed}`, ESTEIRA_NOW: after(seed) };
    for (const job of ['config.sp_executar_retreinamento', 'config.sp_classificar_cubo']) {
      const { exit, out, err } = await desk.start(['run', job, '--date', lastDate, '--again'], { env }).ended;
      if (exit !== 0) throw new Error(err);
      told += `${out}${err}`.match(/nobody moves to another cluster/g)?.length ?? 0;
    }
    return clusters(desk);
  };
  const differences: string[] = [];
  const first = await with_(0);
  for (let seed = 1; seed <= times; seed += 1) {
    const now = await with_(seed);
    const moved = [...first].filter(([name, cluster]) => now.get(name) !== cluster);
    if (moved.length > 0) differences.push(`seed ${seed}: ${moved.length} moved, such as ${moved[0]?.[0]}`);
  }
  if (told !== times) differences.push(`${told} of ${times} retrainings say that nobody moves`);
  const [found] = await desk.rows(
    'select count(distinct model_version), count(distinct centroid_id), sum((was is null)::int) from analytics.kmeans_engajamento',
  );
  // Only the centroids of the first have no number before.
  const wanted = [times + 1, 5, 20];
  if (String(found) !== String(wanted))
    differences.push(`versions, numbers, without one before: ${found}, not ${wanted}`);
  return { rows: first.size, differences };
}
