import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Case, type Cases, shop } from '../case.ts';

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
};
