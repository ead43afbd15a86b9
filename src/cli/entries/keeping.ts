import { anyway, argument, type CommandEntry } from './entry.ts';
import { serving } from './serving.ts';

/** What stays, and what keeps it. */
export const keeping: readonly CommandEntry[] = [
  {
    name: 'start',
    about: 'Keep the schedules, until stopped.',
    more: 'Runs each job at its times, jobs after others, and streams without end. Jobs by hand are left to people. A time at which nobody ran the schedules, or at which the job was not free, is made up for as the job says (`missed`), or named by `esteira status` and `esteira runs`. Where another process owns the project it stands by. Each endpoint is served by a process beside it, begun again when it ends, and stopped with it. SIGTERM or Ctrl-C: what goes on is rolled back at its step, and the next start goes on with it.',
    arguments: [],
    options: {
      once: { takes: 'nothing', about: 'Carry out what is due, then end: for a crontab.' },
      'no-endpoints': { takes: 'nothing', about: 'Endpoints are served by others, or not at all.' },
      health: {
        takes: 'port',
        value: '<port>',
        about: 'Answer GET /health on this port of this machine; 0 takes a free one.',
      },
      heartbeat: {
        takes: 'text',
        value: '<file>',
        about: 'Written every few seconds, for a watchdog; by default .esteira/heartbeat.json.',
      },
      grace: {
        takes: 'count',
        value: '<seconds>',
        about: 'After a signal to stop it ends within so many; by default 30.',
      },
      anyway,
    },
    examples: [
      { line: 'esteira start', about: 'in the foreground, as a service does' },
      { line: 'esteira start --health 8080 --json', about: 'lines of JSON on standard error' },
      { line: 'esteira start --once', about: 'what is due now' },
    ],
    owns: true,
    load: async () => (await import('../commands/start.ts')).start,
  },
  ...serving,
  {
    name: 'install',
    about: 'What keeps the schedules on this machine.',
    more: 'Prints a service for systemd, which stays, or a line for the crontab, which looks every minute; with --write it is put in its place, for the user who gives the command.',
    arguments: [argument('kind', true, 'systemd, or cron.')],
    options: {
      write: { takes: 'nothing', about: 'Put it in its place.' },
      health: { takes: 'port', value: '<port>', about: 'As for esteira start.' },
    },
    examples: [
      { line: 'esteira install systemd', about: 'the service, to look at' },
      { line: 'esteira install cron --write', about: 'into your crontab' },
    ],
    load: async () => (await import('../commands/install.ts')).install,
  },
];
