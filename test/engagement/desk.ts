import { cpSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { generate, type Level, type Manifest } from '../../pipelines/engagement/data/generate.ts';
import { adjustedRandIndex } from '../../pipelines/engagement/data/rand-index.ts';
import type { QueryView } from '../../src/operate/views.ts';
import { root, Sandbox } from '../sandbox.ts';

const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'engajamento',
  pipelines: { engajamento: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;
export const lastDate = '2026-09-30';
/** Early on the next day, when the classification is due. */
export const morning = '2026-10-01T12:00:00Z';

/** The pipeline's own definitions in a folder of their own; `change` puts other words in the place of theirs. */
export class Desk extends Sandbox {
  constructor(change: (text: string) => string = (text) => text, { inside = false } = {}) {
    const definitions = globSync('pipelines/engagement/definitions/*.ts', { cwd: root }).map((file) => [
      `definitions/${path.basename(file)}`,
      change(readFileSync(path.join(root, file), 'utf8')),
    ]);
    super(
      { 'esteira.config.ts': config, ...Object.fromEntries(definitions) },
      { env: { ESTEIRA_NOW: morning }, inside },
    );
  }
  /** Its commands are carried out in the process of the test. */
  static inside(): Desk {
    return new Desk(undefined, { inside: true });
  }

  async plant(more: Partial<Parameters<typeof generate>[0]> = {}): Promise<Manifest> {
    return generate({ folder: this.file('data'), lastDate, users: 600, ...more });
  }
  /** What another desk has planted. */
  plantAs(other: Desk): void {
    cpSync(other.file('data'), this.file('data'), { recursive: true });
  }
  async retrain(...more: readonly string[]): Promise<string> {
    const { exit, out, err } = await this.run('run', 'config.sp_executar_retreinamento', ...more);
    if (exit !== 0) throw new Error(err + out);
    return out + err;
  }
  classify(...more: readonly string[]) {
    return this.run('run', 'config.sp_classificar_cubo', ...more);
  }
  async rows(sql: string): Promise<QueryView['rows']> {
    return (await this.ask<QueryView>('query', sql, '--limit', '100000')).rows;
  }
  /** By entity: its place in the list of labels, as the cube says it. */
  async cube(level: Level, granularity = 'semana'): Promise<ReadonlyMap<string, number>> {
    const rows = await this.rows(
      `select c.entidade_id, l.posicao - 1 from analytics.cubo_engajamento c
        join analytics.mapeamento_labels_engajamento l using (nivel, granularidade, centroid_id)
        where c.nivel = '${level}' and c.granularidade = '${granularity}' order by 1`,
    );
    return new Map(rows.map(([id, place]) => [String(id), Number(place)]));
  }
}

/** How well the labels that were found agree with the segments that were planted. */
export function agreement(found: ReadonlyMap<string, number>, manifest: Manifest, level: Level): number {
  const { ids, segments } = manifest.levels[level];
  return adjustedRandIndex(
    [...segments],
    ids.map((id) => found.get(id) ?? -1),
  );
}
