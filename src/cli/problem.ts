import { EsteiraError, ofSystem, render } from '../errors.ts';
import { paint } from './marks.ts';
import type { Look } from './terminal.ts';
import { visible, wrapHanging } from './text.ts';

/** What is printed of something thrown, as text and as JSON, and the exit code. */
interface Problem {
  readonly exit: number;
  readonly json: { readonly error: object };
  text(look: Look): string;
}

export function problem(error: unknown, version: string): Problem {
  const known = error instanceof EsteiraError ? error : ofSystem(error);
  return known ? coded(known) : unexpected(error, version);
}

function coded(error: EsteiraError): Problem {
  return { exit: error.exit, json: { error: error.toJSON() }, text: (look) => errorText(error, look) };
}

/** The lines of `render`, broken at the width; each continues under its text. */
export function errorText(error: EsteiraError, look: Look): string {
  return lines(visible(render(error), { lines: true }), look);
}

/** Only the first line says what is wrong: it alone has a colour. */
function lines(text: string, look: Look): string {
  const [first = '', ...rest] = text.split('\n');
  const [begin = '', ...more] = wrapHanging(first, look.columns, 2).split('\n');
  return [paint(look, 'bad', begin), ...more, ...rest.map((line) => wrapHanging(line, look.columns, 10))].join('\n');
}

/** Nothing in Esteira should throw without a code: this text is for the one who will mend it. */
function unexpected(error: unknown, version: string): Problem {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const next = 'Report it with this text, what you typed, and what `esteira doctor --json` says.';
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    exit: 1,
    json: { error: { code: 'UNEXPECTED', nature: 'terminal', what: message, version, stack: frames, next } },
    text: (look) => {
      const words = [
        `Esteira ${version} met something that it has no name for: ${visible(message, { lines: true })}`,
        `  next    ${next}`,
      ].join('\n');
      return [lines(words, look), ...frames.slice(0, 8).map((frame) => visible(frame))].join('\n');
    },
  };
}
