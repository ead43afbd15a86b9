/** How a text may look where it is printed. */
export interface Look {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
  /** Marks such as ✓ can be shown; without, letters stand for them. */
  readonly unicode: boolean;
  /** The environment that `--env` names: a command that is told to be given next must mean the same one. */
  readonly environment?: string;
}

/** A text with the commands in it as they must be given for that environment: the line is copied, and would else do its work in another one. */
export const inEnvironment = (text: string, { environment }: Look): string =>
  environment === undefined ? text : text.replace(/\besteira (?=[a-z])/g, `esteira --env ${environment} `);

/** The one way out: results on `write`, what went wrong and what is waited for on `tell`. */
export interface Terminal extends Look {
  /** Lines may be drawn anew in their place. */
  readonly live: boolean;
  write(text: string): void;
  tell(text: string): void;
  onResize(listener: () => void): () => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** An explicit locale without UTF-8 is believed; none at all, as in most containers, is not. */
export function showsUnicode(environment: Environment, platform: string): boolean {
  if (platform === 'win32') return true;
  if (environment['TERM'] === 'linux' || environment['TERM'] === 'dumb') return false;
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
  return !locale || /utf-?8/i.test(locale);
}

export function openTerminal(options: { readonly color: boolean }): Terminal {
  const { stdout, stderr, env } = process;
  const live = stdout.isTTY === true && env['TERM'] !== 'dumb';
  // A reader that went away (`| head`) ends neither the work nor its exit code.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosed);
  return {
    live,
    get columns() {
      return stdout.columns || Number(env['COLUMNS']) || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    color: options.color && live && stdout.hasColors(),
    unicode: showsUnicode(env, process.platform),
    write: (text) => void stdout.write(text),
    tell: (text) => void stderr.write(text),
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
  };
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
