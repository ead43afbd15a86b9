import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'medallion',
  pipelines: { medallion: 'definitions/*.ts' },
  standard: 'here',
  environments: {
    here: {
      warehouse: duckdb({ folder: 'data' }),
      state: sqlite({ file: 'data/state.sqlite' }),
      files: folder({ path: '.' }),
    },
  },
});
