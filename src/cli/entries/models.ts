import { anyway, argument, type CommandEntry, date, limit, type OptionEntry, progress } from './entry.ts';

const model = argument('model', true, 'A model, or an end of its name that no other has.');
const reason: OptionEntry = { takes: 'text', value: '<text>', about: 'Why; kept with the move. Must be given.' };

const insteadOf: OptionEntry = {
  takes: 'text',
  value: '<version>',
  about: 'Only while this one is the champion.',
};

/** What people do with versions of models. */
export const ofModels: readonly CommandEntry[] = [
  {
    name: 'models',
    about: 'Models, their champions, and what waits.',
    more: 'Of each the version in use and since when, the newest version where that is newer and what it waits for, and whether it should be trained again. Nothing trains a model but a job that names it.',
    arguments: [],
    options: {},
    examples: [
      { line: 'esteira models', about: 'all of them' },
      { line: 'esteira models --json', about: 'for another program' },
    ],
    load: async () => (await import('../commands/models.ts')).models,
  },
  {
    name: 'models list',
    about: 'The same as `esteira models`.',
    arguments: [],
    options: {},
    examples: [{ line: 'esteira models list', about: 'all of them' }],
    load: async () => (await import('../commands/models.ts')).modelsList,
  },
  {
    name: 'models show',
    about: 'Everything that is known of a version.',
    more: 'What its gate said of every figure, its measures, of all and for each value of columns that it is judged across, settings, inputs and rows, who moved between its clusters, and whether its files are whole.',
    arguments: [model, argument('version', false, 'Its name or the beginning of it; by default the champion.')],
    options: {},
    examples: [
      { line: 'esteira models show kmeans_engajamento', about: 'the champion' },
      { line: 'esteira models show kmeans_engajamento 20260914_0230', about: 'one version' },
    ],
    load: async () => (await import('../commands/model-version.ts')).show,
  },
  {
    name: 'models compare',
    about: 'Two versions side by side.',
    more: 'Measures of each member, rows, and the settings, options and features that differ.',
    arguments: [model, argument('a', true, 'A version.'), argument('b', true, 'Another.')],
    options: {},
    examples: [
      { line: 'esteira models compare kmeans_engajamento 20260814_0230 20260914_0230', about: 'before and after' },
    ],
    load: async () => (await import('../commands/model-compare.ts')).compare,
  },
  {
    name: 'models history',
    about: 'Every champion, and every version.',
    more: 'Who moved the champion, when and why; the newest first.',
    arguments: [model],
    options: { limit: limit('At most so many of each; by default 20.') },
    examples: [{ line: 'esteira models history kmeans_engajamento', about: 'how it came to this' }],
    load: async () => (await import('../commands/models.ts')).history,
  },
  {
    name: 'models import',
    about: 'Take in a model from elsewhere.',
    more: 'A pipeline of scikit-learn (.joblib, .pkl), .onnx, or LightGBM’s model.txt is kept by what is in it, and the job that trains the model is carried out with it. What is pickled is scanned before anything of it is loaded.',
    arguments: [argument('file', true, 'The file, by its path.')],
    options: {
      as: {
        takes: 'text',
        value: '<model>',
        about: 'The model that it becomes a version of: its name, or an end of it.',
      },
      job: { takes: 'text', value: '<job>', about: 'Where several jobs train it: which one.' },
      date,
      unscanned: {
        takes: 'nothing',
        about: 'Load what is pickled although its scan found what is not on the list; only where it can be kept apart.',
      },
      anyway,
      progress,
    },
    examples: [
      { line: 'esteira models import lead_scoring_v2.joblib --as lead_scoring_pipeline', about: 'a new version of it' },
    ],
    load: async () => (await import('../commands/models-import.ts')).importModel,
  },
  {
    name: 'models promote',
    about: 'Put a version in the place of the champion.',
    more: 'One that passed its gate, has its files and its tables whole, was not taken back, and was approved where that is asked for. Runs that go on keep the champion that they began with.',
    arguments: [model, argument('version', true, 'A version.')],
    options: { reason, 'instead-of': insteadOf },
    examples: [
      {
        line: 'esteira models promote kmeans_engajamento 20260914_0230 --reason "the campaign is over"',
        about: 'by hand',
      },
    ],
    load: async () => (await import('../commands/models.ts')).promote,
  },
  {
    name: 'models rollback',
    about: 'Take the champion back.',
    more: 'The champion before it, that was not taken back itself, is used again. What is taken back is never used again.',
    arguments: [model],
    options: {
      to: { takes: 'text', value: '<version>', about: 'Another one than the champion before.' },
      reason,
      'instead-of': insteadOf,
    },
    examples: [
      { line: 'esteira models rollback kmeans_engajamento --reason "labels are wrong"', about: 'to the one before' },
    ],
    load: async () => (await import('../commands/models.ts')).rollback,
  },
  {
    name: 'models thaw',
    about: 'Promote automatically again after a rollback.',
    more: 'After a run has taken the champion back, versions that pass their gate wait until a person says so. The newest of them that still stands becomes the champion at once; older ones stay candidates.',
    arguments: [model],
    options: { reason },
    examples: [
      {
        line: 'esteira models thaw ltr --reason "the source is mended"',
        about: 'versions get out by themselves again',
      },
    ],
    load: async () => (await import('../commands/models.ts')).thaw,
  },
  {
    name: 'approve',
    about: 'Let a version out that waits for approval.',
    more: 'By somebody of the group that the model names. It becomes the champion at once, or as soon as its tables are made. Of two people who decide at the same time, one is told what the other decided.',
    arguments: [model, argument('version', false, 'A version; by default the newest that waits.')],
    options: { reason },
    examples: [
      {
        line: 'esteira approve kmeans_engajamento --reason "seen with the sales team"',
        about: 'the newest that waits',
      },
    ],
    load: async () => (await import('../commands/models.ts')).approve,
  },
  {
    name: 'reject',
    about: 'Refuse a version that waits.',
    more: 'It is never used; the champion stays.',
    arguments: [model, argument('version', false, 'A version; by default the newest that waits for approval.')],
    options: { reason },
    examples: [{ line: 'esteira reject kmeans_engajamento --reason "too many move"', about: 'the newest that waits' }],
    load: async () => (await import('../commands/models.ts')).reject,
  },
];
