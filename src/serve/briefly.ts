import { EsteiraError } from '../errors.ts';

/** An error whose words quote nothing of a request or of a row: a log may have them. */
export class PlainError extends Error {}

const longest = 300;
const isWord = (text: unknown): text is string => typeof text === 'string' && /^[\w$.-]{1,60}$/.test(text);

/** The one line of an error that a log gets. What a project's own code throws may quote whom it was asked about: of that its kind, its code and its place. */
export function briefly(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `what was thrown is no error (${typeof thrown})`;
  const { name, message } = thrown;
  if (thrown instanceof EsteiraError) return shortened(`${thrown.code}: ${message}`);
  if (thrown instanceof PlainError) return shortened(`${name}: ${message}`);
  const { code } = thrown as NodeJS.ErrnoException;
  const place = placeOf(thrown);
  return `${isWord(name) ? name : 'Error'}${isWord(code) ? ` ${code}` : ''}${place === undefined ? '' : ` at ${place}`}`;
}

function shortened(text: string): string {
  const [line = ''] = text.split('\n');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Where it was thrown, below the words: `definitions/3-quote.ts:12:9`. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const after = stack.indexOf(message);
  if (after < 0) return undefined;
  const frames = stack.slice(after + message.length).split('\n');
  const own = frames.find((line) => /^ {4}at /.test(line) && !/\(?node:|\(<anonymous>\)/.test(line));
  return own === undefined ? undefined : /([^/\\\s(]+[/\\])?[^/\\\s(]+:\d+:\d+(?=\)?$)/.exec(own)?.[0];
}
