import { duckdb, folder, project, sqlite } from 'esteira/config';

// The only file that names an engine: the definitions are the same wherever they run.
export default project({
  name: 'shop',
  // By catalog: on DuckDB, the file `warehouse/shop.duckdb`, and the files that define what is in it.
  pipelines: { shop: 'pipelines/shop/definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
    },
  },
});
