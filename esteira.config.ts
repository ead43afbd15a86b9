import { userInfo } from 'node:os';
import { files } from 'esteira';
import { duckdb, email, env, folder, project, slack, sqlite, toFile } from 'esteira/config';

// The only file that names an engine. The pipelines are the same in every environment.
export default project({
  name: 'esteira',
  pipelines: {
    v_credit: 'pipelines/credit/definitions/*.ts',
    engajamento: 'pipelines/engagement/definitions/*.ts',
    ranking: 'pipelines/ranking/definitions/*.ts',
    leads: 'pipelines/leads/definitions/*.ts',
    pricing: 'pipelines/pricing/definitions/*.ts',
  },
  invalid: '_invalidos',
  standard: 'embedded',
  channels: {
    plantao: [
      email({ to: 'plantao@v-credit.example', from: 'esteira@v-credit.example', server: env('SMTP_URL') }),
      slack({ webhook: env('SLACK_WEBHOOK') }),
    ],
    ltr: [email({ to: 'ltr@litgo.example', from: 'esteira@litgo.example', server: env('SMTP_URL') })],
    vendas: [email({ to: 'vendas@leads.example', from: 'esteira@leads.example', server: env('SMTP_URL') })],
    comercial: [email({ to: 'comercial@precos.example', from: 'esteira@precos.example', server: env('SMTP_URL') })],
    dados: [email({ to: 'dados@v-credit.example', from: 'esteira@v-credit.example', server: env('SMTP_URL') })],
  },
  // In this example whoever has the clone is of sales, and decides about prices; a second person, about great changes of them.
  groups: { vendas: [account()], comercial: [account()], precos: ['gerente'] },
  logs: { 'train_ltr_*': 'logs/ltr_training.log', ltr: 'logs/api.log' },
  environments: {
    embedded: {
      warehouse: duckdb({ folder: '.esteira/embedded' }),
      state: sqlite({ file: '.esteira/embedded/state.sqlite' }),
      files: folder({ path: '.esteira/embedded/files' }),
      models: [folder({ path: '.esteira/embedded/models' })],
    },
    // Files with the same rows, marks of deletion included, in the place of the application's Postgres, and of Kafka.
    demo: {
      warehouse: duckdb({ folder: '.esteira/demo' }),
      state: sqlite({ file: '.esteira/demo/state.sqlite' }),
      files: folder({ path: '.esteira/demo/files' }),
      models: [folder({ path: '.esteira/demo/models' })],
      standIns: {
        'postgres_public.*': files('postgres_public/{name}/*.jsonl'),
        'landing.match_events': files('match_events/{date}*.jsonl'),
      },
      // A file, in the place of people's inboxes.
      channels: { '*': [toFile({ path: '.esteira/demo/alerts.txt' })] },
    },
  },
});

/** As `esteira` calls whoever gives a command. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
