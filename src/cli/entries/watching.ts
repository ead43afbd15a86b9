import { argument, type CommandEntry, limit } from './entry.ts';

/** What people on call look at. */
export const watching: readonly CommandEntry[] = [
  {
    name: 'status',
    about: 'What is running, what ran last, what is next.',
    arguments: [],
    options: {},
    examples: [{ line: 'esteira status', about: 'the whole project' }],
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    name: 'alerts',
    about: 'What is wrong now, what was, and who was told.',
    more: 'Alerts that monitors have raised: those that are open, and the last that are over; and what jobs have told of their runs (`tell`). Of each notice whether it was delivered, and if not why, and when it is tried again.',
    arguments: [],
    options: { limit: limit('At most so many that are over; by default 10.') },
    examples: [
      { line: 'esteira alerts', about: 'is anything wrong?' },
      { line: 'esteira alerts --json', about: 'with all that was told' },
    ],
    load: async () => (await import('../commands/alerts.ts')).alerts,
  },
  {
    name: 'alerts test',
    about: 'Send a message to a channel, or to all.',
    more: 'Says who took it. Exit code 1 when somebody did not.',
    arguments: [argument('channel', false, 'A channel of the configuration; by default all.')],
    options: {},
    examples: [
      { line: 'esteira alerts test', about: 'is everybody heard?' },
      { line: 'esteira alerts test plantao', about: 'one channel' },
    ],
    load: async () => (await import('../commands/alerts.ts')).alertsTest,
  },
  {
    name: 'monitors',
    about: 'What is watched, and how it stands.',
    more: 'Of one, by its name or a part of it, its last figures with limit and verdict, and a chart of them.',
    arguments: [argument('name', false, 'A monitor; by default all.')],
    options: {
      limit: limit('Of one: at most so many figures; by default 14.'),
      svg: { takes: 'nothing', about: 'Of one: its chart as a picture, SVG, and nothing else.' },
    },
    examples: [
      { line: 'esteira monitors', about: 'all of them' },
      { line: 'esteira monitors inválidos', about: 'the last figures of one' },
      { line: 'esteira monitors inválidos --limit 90 --svg > invalid.svg', about: 'a picture of the last 90' },
    ],
    load: async () => (await import('../commands/monitors.ts')).monitors,
  },
  {
    name: 'retrain',
    about: 'When a job would have trained, and for what.',
    more: 'Looks at each day again, of the rows that there are now: when its schedules and the alerts that begin it would have begun it, with its cool-down and blackout days, and whether the model of then would have passed its gate beside the one before. Trains, and keeps nothing.',
    arguments: [argument('job', true, 'A job that trains a model.')],
    options: {
      preview: { takes: 'nothing', about: 'Needed: what trains for good is esteira run.' },
      days: { takes: 'count', value: '<number>', about: 'So many days up to yesterday; by default 365.' },
    },
    examples: [
      { line: 'esteira retrain retreino --preview', about: 'the last year' },
      { line: 'esteira retrain retreino --preview --days 90', about: 'the last quarter' },
    ],
    load: async () => (await import('../commands/retrain.ts')).retrain,
  },
];
