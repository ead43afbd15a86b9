import type { ErrorCode } from '../../src/errors.ts';
import type { Ended, Sandbox } from '../sandbox.ts';

/** Something a person does that ends with an error. */
export interface Case {
  /** As a sentence. */
  readonly doing: string;
  readonly words: readonly string[];
  /** In the place of the usual project's files, or beside them. */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands that succeed before. */
  readonly before?: readonly (readonly string[])[];
  /** Done once, after those; what it gives is done at the end. */
  readonly arrange?: (sandbox: Sandbox) => Promise<(() => Promise<void>) | undefined>;
  /** How the command is given, where that is not all. */
  readonly give?: (sandbox: Sandbox, words: readonly string[]) => Promise<Ended>;
  /** Figures that differ from machine to machine. */
  readonly varying?: RegExp;
}
export type Cases = Partial<Readonly<Record<ErrorCode, readonly [Case, ...Case[]]>>>;

const words = `after, age, alerted, always, approvedBy, asOf, atLeast, atMost, byHand, check, col, cron, drift, duration, env, existsIn, expectNone, failures, files, firstOf, fn, from, imported, inertia, invalidShare, job, keepLatest, kmeans, logisticRegression, mergeDeleting, model, monitor, perEngine, regressionTrees, rowsIn, run, samples, scalar, settings, settingsTable, source, sql, table, volume`;
/** A definition file: its first line has every word. */
export const definitions = (body: string): string =>
  `import { ${words} } from 'esteira'; import { postgres } from 'esteira/postgres'; import { supabase } from 'esteira/supabase'; import { kafka } from 'esteira/kafka';\n${body.trimStart()}`;

/** One file of definitions, the only one. */
export const shop = (body: string): { readonly files: Readonly<Record<string, string>> } => ({
  files: { 'definitions/shop.ts': definitions(body) },
});

/** One table of one number, and the job that builds it. */
export const numbers = `
export const numbers = table('silver.numbers', { columns: { n: col.integer().key() }, rows: sql\`select 1 as n\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
`;

/** A configuration in the usual one's place; `environment` is that of the environment `local`. */
export const config = (of: {
  readonly pipelines?: string;
  readonly environments?: string;
  readonly local?: string;
  /** Said of the project itself. */
  readonly more?: string;
}) => ({
  'esteira.config.ts': `import { files, env } from 'esteira';
import { duckdb, email, folder, postgres, project, sqlite, webhook } from 'esteira/config';

export default project({
  name: 'shop',${of.more ? ` ${of.more}` : ''}
  pipelines: { ${of.pipelines ?? `shop: 'definitions/*.ts'`} },
  standard: 'local',
  environments: {
    local: {
      ${
        of.local ??
        `warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' },`
      }
    },
${of.environments ?? ''}  },
});
`,
});
