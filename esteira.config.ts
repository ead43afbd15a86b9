import { files } from 'esteira';
import { duckdb, folder, project, sqlite } from 'esteira/config';

// The only file that names an engine. The pipelines are the same in every environment.
export default project({
  name: 'esteira',
  pipelines: { v_credit: 'pipelines/credit/definitions/*.ts' },
  invalid: '_invalidos',
  standard: 'embedded',
  environments: {
    embedded: {
      warehouse: duckdb({ folder: '.esteira/embedded' }),
      state: sqlite({ file: '.esteira/embedded/state.sqlite' }),
      files: folder({ path: '.esteira/embedded/files' }),
    },
    // Files with the same rows, marks of deletion included, in the place of the application's Postgres.
    demo: {
      warehouse: duckdb({ folder: '.esteira/demo' }),
      state: sqlite({ file: '.esteira/demo/state.sqlite' }),
      files: folder({ path: '.esteira/demo/files' }),
      standIns: { 'postgres_public.*': files('postgres_public/{name}/*.jsonl') },
    },
  },
});
