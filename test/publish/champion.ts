import { DatabaseSync } from 'node:sqlite';
import { folderStore } from '../../src/adapters/files/store.ts';
import { keepVersion } from '../../src/registry/index.ts';
import type { Sandbox } from '../sandbox.ts';

export const model = 'shop.analytics.ltr';
export const versionOf = (number: number): string => `202507${String(number).padStart(2, '0')}_0215`;

/** The champion of a model is moved to a version that is whole, as a run that trained it would: written past all commands. */
export async function champion(
  sandbox: Sandbox,
  number: number,
  { at = '2025-07-14T03:00:00Z', by = 'rui' } = {},
): Promise<void> {
  const version = versionOf(number);
  const parts = { 'model.txt': { bytes: Buffer.from(`trees of ${version}\n`) } };
  const files = folderStore({ path: sandbox.file('data') });
  const contentHash = await keepVersion(files, { model, version }, { parts, about: { number } });
  const state = new DatabaseSync(sandbox.file('warehouse/state.sqlite'));
  const from = number > 1 ? `'${versionOf(number - 1)}'` : 'null';
  state.exec(`
    insert into model_version (model, version, run_id, state, created_at, content_hash, about)
      values ('${model}', '${version}', 'r${number}', 'released', '${at}', '${contentHash}', '{}');
    insert into model_champion (model, version, number) values ('${model}', '${version}', ${number})
      on conflict (model) do update set version = excluded.version, number = excluded.number;
    insert into model_move (model, number, from_version, to_version, moved_by, reason, at)
      values ('${model}', ${number}, ${from}, '${version}', '${by}', 'better', '${at}');`);
  state.close();
}

/** A configuration whose models are published there. */
export const publishingTo = (
  models: string,
  more = '',
): string => `import { duckdb, env, folder, project, s3, sqlite, webhook } from 'esteira/config';
export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',${more}
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      models: [${models}],
    },
  },
});
`;
