import { argument, type CommandEntry } from './entry.ts';

/** Processes that answer requests, and what people ask of them. */
export const serving: readonly CommandEntry[] = [
  {
    name: 'endpoint',
    about: 'Serve a model over HTTP, until stopped.',
    more: 'Reads what was published, and opens neither the warehouse nor the state: it goes on while nothing else of the project runs. Another champion is swapped in while it answers. SIGTERM or Ctrl-C: what it has begun is answered, then it ends.',
    arguments: [argument('name', false, 'An endpoint; may be left out where there is only one.')],
    options: {
      port: {
        takes: 'port',
        value: '<port>',
        about: 'Where it listens; 0 takes a free one. By default what the configuration says, else 8080.',
      },
      host: {
        takes: 'text',
        value: '<address>',
        about: 'Of this machine; 0.0.0.0 is all of them. By default what the configuration says, else 127.0.0.1.',
      },
    },
    examples: [
      { line: 'esteira endpoint ltr', about: 'on port 8080 of this machine' },
      { line: 'esteira endpoint ltr --host 0.0.0.0 --port 80 --json', about: 'in a container' },
    ],
    load: async () => (await import('../commands/endpoint.ts')).endpoint,
  },
  {
    name: 'endpoint shadow',
    about: 'Name the version seen beside the champion.',
    more: 'Of an endpoint with `shadow`: the version predicts its share of the requests too, in a thread of its own, and only the log and `esteira endpoint report` see it. Processes follow within a minute. What a person names stays until a person takes it back, or the version becomes the champion, is refused or taken back; else it is the candidate that waits.',
    arguments: [
      argument('name', true, 'An endpoint.'),
      argument('version', false, 'A candidate, or one that was the champion before.'),
    ],
    options: {
      off: { takes: 'nothing', about: 'No version, not even a candidate.' },
      candidate: { takes: 'nothing', about: 'Again the candidate that waits.' },
      reason: { takes: 'text', value: '<text>', about: 'Kept with it. Must be given.' },
    },
    examples: [
      { line: 'esteira endpoint shadow ltr 20260310_0230 --reason "as before May"', about: 'by hand' },
      { line: 'esteira endpoint shadow ltr --candidate --reason "seen enough"', about: 'taken back' },
    ],
    load: async () => (await import('../commands/shadow.ts')).shadow,
  },
  {
    name: 'endpoint report',
    about: 'A shadow beside the champion, in figures.',
    more: 'Of all processes of the endpoint: requests, how many of the first five are the same, how far scores differ, how long both take, what failed and what was left out; and the limits of the gate that wait for it. Only looks.',
    arguments: [
      argument('name', true, 'An endpoint.'),
      argument('version', false, 'By default the one that shadows, or did last.'),
    ],
    options: {},
    examples: [
      { line: 'esteira endpoint report ltr', about: 'the version that shadows' },
      { line: 'esteira endpoint report ltr 20260310_0230 --json', about: 'for another program' },
    ],
    load: async () => (await import('../commands/shadow.ts')).report,
  },
];
