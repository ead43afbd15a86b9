import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { findProject } from '../../config/load.ts';
import { localFolder } from '../../config/local.ts';
import { EsteiraError } from '../../errors.ts';
import type { Command, Request } from '../command.ts';

/** What keeps the schedules of a project on a machine: a service that stays, or a line of the crontab that looks every minute. */
interface Installing {
  readonly folder: string;
  /** The words of the command, the program first. */
  readonly words: readonly string[];
  /** The service's name, and the mark of the line. */
  readonly name: string;
}
interface Installed {
  readonly kind: string;
  readonly text: string;
  /** Absent where it was only printed. */
  readonly wrote?: string;
  readonly next: readonly string[];
}

export const install: Command = async (request) => {
  const { typed } = request;
  const [kind = ''] = typed.words;
  const installing = describe(request, kind);
  const isWritten = typed.flags.has('write');
  if (kind === 'cron') return answer(cron(installing, isWritten));
  if (kind === 'systemd') return answer(systemd(installing, isWritten));
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: 'What is to be installed?',
    got: kind,
    allowed: 'cron, systemd',
    next: 'esteira install systemd',
  });
};

const answer = (installed: Installed) => ({ result: installed, text: () => textOf(installed) });

function textOf({ text, wrote, next }: Installed): string {
  const steps = ['', ...next.map((line, index) => `${index === 0 ? '# next: ' : '#       '}${line}`)];
  return wrote === undefined ? [text.trimEnd(), ...steps].join('\n') : [`Wrote ${wrote}`, ...steps.slice(1)].join('\n');
}

function describe({ typed, home }: Request, kind: string): Installing {
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  const environment = typed.texts.get('env');
  const health = typed.texts.get('health');
  const words = [
    ...[process.execPath, path.join(home, 'bin', 'esteira.mjs'), 'start'],
    ...(kind === 'cron' ? ['--once'] : []),
    ...['--project', folder],
    ...(environment === undefined ? [] : ['--env', environment]),
    ...(health === undefined ? [] : ['--health', health]),
  ];
  const plain = path.basename(folder).replace(/[^a-z0-9_.-]/gi, '-');
  // Two projects may have folders of one name.
  const mark = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  return { folder, words, name: ['esteira', plain, ...(environment ? [environment] : []), mark].join('-') };
}

/** A line that carries out what is due, every minute; one that finds another at work leaves it to that one. */
function cron({ folder, words, name }: Installing, isWritten: boolean): Installed {
  const quoted = words.map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  const log = `'${path.join(localFolder(folder), 'start.log').replaceAll("'", `'\\''`)}'`;
  // To cron an unescaped % is the end of the line.
  const line = `* * * * * ${quoted.join(' ')} >> ${log} 2>&1`.replaceAll('%', '\\%');
  const mark = `# ${name}`;
  const text = `${mark}\n${line}\n`;
  if (!isWritten) return { kind: 'cron', text, next: ['esteira install cron --write adds it to your crontab'] };
  const { status, stdout, stderr, error } = spawnSync('crontab', ['-l'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  // Whoever has none is told so; after any other failure what is there would be written over.
  if (status !== 0 && !/no crontab for/i.test(stderr ?? '')) throw unwritten('your crontab', error?.message ?? stderr);
  const lines = status === 0 ? stdout.split('\n').slice(0, -1) : [];
  const at = lines.indexOf(mark);
  const isOurs = lines[at + 1]?.includes(' start --once ') ?? false;
  const others = at < 0 ? lines : lines.toSpliced(at, isOurs ? 2 : 1);
  const done = spawnSync('crontab', ['-'], { input: [...others, mark, line, ''].join('\n'), encoding: 'utf8' });
  if (done.status !== 0) throw unwritten('your crontab', done.error?.message ?? done.stderr);
  return { kind: 'cron', text, wrote: 'your crontab', next: ['crontab -l shows it'] };
}

/** A service of the user who gives the command. */
function systemd({ folder, words, name }: Installing, isWritten: boolean): Installed {
  const escaped = (text: string): string => text.replaceAll('%', '%%');
  const quoted = words.map((word) =>
    escaped(/^[\w./:=-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&').replaceAll('$', '$$$$')}"`),
  );
  const text = `[Unit]
Description=Esteira keeps the schedules of ${escaped(folder)}
Wants=network-online.target
After=network-online.target

[Service]
WorkingDirectory=${escaped(folder)}
ExecStart=${quoted.join(' ')}
Restart=always
RestartSec=5
# A step that is rolled back has its time: esteira start ends by itself after 30 s.
TimeoutStopSec=45

[Install]
WantedBy=default.target
`;
  const file = path.join(
    process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config'),
    ...['systemd', 'user', `${name}.service`],
  );
  const after = [
    `systemctl --user enable --now ${name}`,
    'loginctl enable-linger   (so that it lives without a login)',
  ];
  if (!isWritten) return { kind: 'systemd', text, next: [`esteira install systemd --write writes ${file}`, ...after] };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return { kind: 'systemd', text, wrote: file, next: after };
}

const unwritten = (where: string, got: string): EsteiraError =>
  new EsteiraError('FILE_UNUSABLE', {
    what: 'It could not be installed.',
    where,
    got: got.trim(),
    next: 'Print it without --write, and put it in its place yourself.',
  });
