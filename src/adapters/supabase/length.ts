import type { Answered } from './client.ts';
import { Fault } from './faults.ts';
import type { Word } from './query.ts';

/**
 * Bytes that a request takes in the header of its answer, where PostgREST says it once more: nginx has 4 kB for all of that header, and 8 kB for the line of a
 * request, unless it is told otherwise.
 */
export const longestLine = 4096 - 400;

/** In Content-Location signs are escaped, and bytes of other letters twice. */
export function echoed(text: string): number {
  let length = 0;
  for (const byte of Buffer.from(text)) length += byte > 127 ? 6 : isBare.test(String.fromCharCode(byte)) ? 1 : 3;
  return length;
}
const isBare = /[\w.~-]/;
export const echoedLine = (name: string, words: readonly Word[]): number =>
  words.reduce((sum, word) => sum + echoed(word.join(' ')), echoed(name));

/**
 * A request of which less may be asked, where it is `too long`. A 502 is of a gateway that cannot hold the answer's header, or whose server is away: where
 * something short is not answered either, it was not the length.
 */
export async function atLength(ask: () => Promise<Answered>, short: () => Promise<unknown>): Promise<Answered> {
  const isGateway = (error: unknown): error is Fault => error instanceof Fault && error.status === 502;
  try {
    return await ask();
  } catch (error) {
    if (!isGateway(error)) throw error;
  }
  await short();
  try {
    return await ask();
  } catch (error) {
    if (!isGateway(error)) throw error;
    throw tooLong(error.message);
  }
}

const tooLong = (said: string): Fault =>
  new Fault({
    ...{ is: 'too long', status: 0, code: '', said, what: 'The request is too long for the gateway.' },
    next: 'Ask for fewer at once: batch.',
  });
