import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { type Case, type Cases, config, shop } from '../case.ts';
import { approvals } from './approvals.ts';

const people = (rows: string): string => `
export const people = table('silver.people', {
  columns: { id: col.integer().key(), plan: col.text(), minutes: col.real() },
  rows: sql\`${rows}\`,
});
export const usage = model('analytics.usage', { from: people, each: ['plan'], features: ['minutes'], learner: kmeans({ clusters: 2 }) });
export const scores = table('gold.scores', {
  columns: { id: col.integer().key(), centroid_id: col.integer(), model_version: col.text() },
  rows: sql\`select * from \${usage.predict(people)}\`,
});
export const retrain = job('retrain', { when: byHand, train: [usage] });
export const daily = job('daily', { when: byHand, build: [scores] });
`;
const two = `select range as id, 'pro' as plan, range % 7 as minutes from range(20)`;
const trained: Pick<Case, 'words' | 'files' | 'before'> = {
  words: ['run', 'daily'],
  ...shop(people(two)),
  before: [['setup'], ['run', 'retrain']],
};
/** Versions are called by the minute in which they were trained. */
const varying = /\d{8}_\d{4}/g;

const me = userInfo().username;
/** A model that has been trained, with a gate or a group that is to approve it, of which I may be. */
const decided = (more: string, { group = me, before = [] }: { group?: string; before?: Case['before'] } = {}) => ({
  files: {
    ...shop(`
export const people = table('silver.people', {
  columns: { id: col.integer().key(), minutes: col.real() },
  rows: sql\`select range as id, range % 7 as minutes from range(20)\`,
});
export const usage = model('analytics.usage', { from: people, features: ['minutes'], learner: kmeans({ clusters: 2 }), ${more} });
export const retrain = job('retrain', { when: byHand, train: [usage] });
`).files,
    ...config({ more: `groups: { dados: ['${group}'] },` }),
  },
  before: [['setup'], ['run', 'retrain'], ...before],
  // Whoever gives the command is another on each machine.
  varying: new RegExp(`${varying.source}|\\b${me}\\b|\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ`, 'g'),
});
const approval = "release: approvedBy('dados')";
const said = ['--reason', 'seen with sales'];

/** Versions of models, and what predicts with them. */
export const models: Cases = {
  MODEL_MISSING: [
    {
      ...{ doing: 'Rows are to be predicted before the model has been trained.', words: ['run', 'daily'] },
      ...shop(people(two)),
      before: [['setup']],
    },
  ],
  MODEL_MEMBER_MISSING: [
    {
      ...trained,
      doing: 'Rows come of a plan that no version was trained for.',
      async arrange(sandbox) {
        const more = `${two} union all select 100, 'basic', 3.5`;
        sandbox.write(shop(people(more)).files);
        return undefined;
      },
      varying,
    },
  ],
  VERSION_BROKEN: [
    {
      ...trained,
      doing: 'A file of the champion is gone.',
      async arrange(sandbox) {
        const versions = path.join(sandbox.folder, 'data/models/shop.analytics.usage');
        for (const version of readdirSync(versions)) rmSync(path.join(versions, version, 'model.json'));
        return undefined;
      },
      varying,
    },
  ],
  TRAINING_FAILED: [
    {
      ...{ doing: 'A model is trained with fewer different rows than clusters.', words: ['run', 'retrain'] },
      ...shop(people(`select range as id, 'pro' as plan, 1.5 as minutes from range(20)`)),
      before: [['setup']],
    },
  ],
  IMPORT_REFUSED: [
    {
      ...{ doing: 'A pickled model would begin a program when it is loaded.', words: ['run', 'retrain'] },
      ...shop(
        people(two)
          .replace(
            "each: ['plan'], features: ['minutes'], learner: kmeans({ clusters: 2 })",
            "features: ['minutes'], learner: imported('models/usage.pkl', { output: { minutes_next: col.real() } })",
          )
          .replace('centroid_id: col.integer()', 'minutes_next: col.real()'),
      ),
      async arrange(sandbox) {
        mkdirSync(path.join(sandbox.folder, 'models'), { recursive: true });
        writeFileSync(path.join(sandbox.folder, 'models/usage.pkl'), "cos\nsystem\n(S'id'\ntR.");
        return undefined;
      },
      before: [['setup']],
    },
  ],
  IMPORT_FAILED: [
    {
      ...{ doing: 'A model is imported from a file that is not there.', words: ['run', 'retrain'] },
      ...shop(
        people(two)
          .replace(
            "each: ['plan'], features: ['minutes'], learner: kmeans({ clusters: 2 })",
            "features: ['minutes'], learner: imported('models/usage.onnx', { output: { minutes_next: col.real() } })",
          )
          .replace('centroid_id: col.integer()', 'minutes_next: col.real()'),
      ),
      before: [['setup']],
    },
  ],
  ENGINE_MISSING: [
    {
      ...{ doing: "A model asks for LightGBM's own library, which is not installed.", words: ['run', 'retrain'] },
      ...shop(
        people(two)
          .replace(
            "each: ['plan'], features: ['minutes'], learner: kmeans({ clusters: 2 })",
            "features: ['minutes'], target: 'id', learner: regressionTrees({ engine: 'native' })",
          )
          .replace('centroid_id: col.integer()', 'prediction: col.real()'),
      ),
      before: [['setup']],
    },
  ],
  VERSION_UNUSABLE: [
    {
      doing: 'A version is promoted that its gate refused.',
      words: ['models', 'promote', 'usage', '2', ...said],
      ...decided("gate: [atLeast('silhouette', 1)]"),
    },
    {
      doing: 'A version is approved, and none waits.',
      words: ['approve', 'usage', ...said],
      ...decided(approval, { before: [['reject', 'usage', ...said]] }),
    },
    {
      doing: 'A version is promoted that somebody rejected.',
      words: ['models', 'promote', 'usage', '2', ...said],
      ...decided(approval, { before: [['reject', 'usage', ...said]] }),
    },
    {
      doing: 'A version that was taken back is to be used again.',
      ...decided(''),
      words: ['models', 'promote', 'usage', '20260310_1200_2', ...said],
      before: [
        ...[['setup'], ['run', 'retrain'], ['run', 'retrain', '--again']],
        ['models', 'rollback', 'usage', ...said],
      ],
    },
  ],
  APPROVAL_NEEDED: [
    {
      doing: 'A version is promoted that waits for approval.',
      words: ['models', 'promote', 'usage', '2', ...said],
      ...decided(approval),
    },
  ],
  NOT_ALLOWED: [
    {
      doing: 'Somebody approves who is not in the group.',
      words: ['approve', 'usage', ...said],
      ...decided(approval, { group: 'ana' }),
    },
    approvals.NOT_ALLOWED,
  ],
  DECIDED_ALREADY: [
    {
      doing: 'Two people decide about a version.',
      words: ['reject', 'usage', '2', ...said],
      ...decided(approval, { before: [['approve', 'usage', ...said]] }),
    },
    approvals.DECIDED_ALREADY,
  ],
  CHAMPION_CHANGED: [
    {
      doing: 'A version is to take the place of one that is not the champion any more.',
      words: ['models', 'promote', 'usage', '2', '--instead-of', '20260301_0230', ...said],
      ...decided(''),
    },
  ],
  ROLLBACK_IMPOSSIBLE: [
    {
      doing: 'The first champion is to be taken back.',
      words: ['models', 'rollback', 'usage', ...said],
      ...decided(''),
    },
  ],
  ROLLBACK_TOO_SOON: [
    {
      doing: 'A monitor is broken by every champion, and begins a second rollback on one day.',
      words: ['run', 'volta', '--again'],
      ...shop(`
export const people = table('silver.people', {
  columns: { id: col.integer().key(), minutes: col.real() },
  rows: sql\`select range as id, range % 7 as minutes from range(20)\`,
});
export const usage = model('analytics.usage', { from: people, features: ['minutes'], learner: kmeans({ clusters: 2 }) });
export const worse = monitor('worse', { expect: expectNone(sql\`select * from \${people} where \${usage.champion} is not null\`) });
export const retrain = job('retrain', { when: byHand, train: [usage] });
export const volta = job('volta', { when: alerted(worse), rollback: [usage] });
`),
      before: [
        ['setup'],
        ['run', 'retrain'],
        ['run', 'retrain', '--again'],
        ['run', 'volta'],
        ['models', 'thaw', 'usage', '--reason', 'it is mended'],
        ['run', 'retrain', '--again'],
      ],
      varying: /\d{8}_\d{4}(?:_\d+)?|\d{4}-\d\d-\d\d(?: \d\d:\d\dZ)?/g,
    },
  ],
};
