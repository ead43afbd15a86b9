import { files } from 'esteira';
import { duckdb, email, env, folder, project, slack, sqlite, toFile } from 'esteira/config';

// The only file that names an engine. The pipelines are the same in every environment.
export default project({
  name: 'esteira',
  pipelines: {
    v_credit: 'pipelines/credit/definitions/*.ts',
    engajamento: 'pipelines/engagement/definitions/*.ts',
  },
  invalid: '_invalidos',
  standard: 'embedded',
  channels: {
    plantao: [
      email({ to: 'plantao@v-credit.example', from: 'esteira@v-credit.example', server: env('SMTP_URL') }),
      slack({ webhook: env('SLACK_WEBHOOK') }),
    ],
    dados: [email({ to: 'dados@v-credit.example', from: 'esteira@v-credit.example', server: env('SMTP_URL') })],
  },
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
      // A file, in the place of people's inboxes.
      channels: { '*': [toFile({ path: '.esteira/demo/alerts.txt' })] },
    },
  },
});
