import { argument, type CommandEntry } from './entry.ts';

/** Processes that answer requests, and what people ask of them. */
export const serving: readonly CommandEntry[] = [
  {
    name: 'endpoint',
    about: 'Serve a model over HTTP, until stopped.',
    more: 'Reads what was published, and opens neither the warehouse nor the state: it goes on while nothing else of the project runs. Another champion is swapped in while it answers. SIGTERM or Ctrl-C: what it has begun is answered, then it ends.',
    arguments: [argument('name', false, 'An endpoint; may be left out where there is only one.')],
    options: {
      port: { takes: 'port', value: '<port>', about: 'Where it listens; 0 takes a free one. By default 8080.' },
      host: {
        takes: 'text',
        value: '<address>',
        about: 'Of this machine; by default 127.0.0.1, 0.0.0.0 is all of them.',
      },
    },
    examples: [
      { line: 'esteira endpoint ltr', about: 'on port 8080 of this machine' },
      { line: 'esteira endpoint ltr --host 0.0.0.0 --port 80 --json', about: 'in a container' },
    ],
    load: async () => (await import('../commands/endpoint.ts')).endpoint,
  },
];
