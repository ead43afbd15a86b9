import type { RunEvent } from '../../operate/views.ts';
import type { Request } from '../command.ts';
import { cut, visible } from '../text.ts';
import type { Progress } from './progress.ts';

/** Milliseconds between two drawings of the line, and between two lines where none is drawn anew. */
const [drawn, between] = [100, 10_000];
/** The line is empty, and what is told next begins it. */
const cleared = '\r\u001b[K';

/** How far something is that is no run: on a terminal one line that is drawn anew each 100 ms at most, elsewhere a line each 10 s at most. Notes are told at once, above it; with `--json` nothing is. */
export function lineOf(
  { typed, terminal }: Pick<Request, 'typed' | 'terminal'>,
  now = () => performance.now(),
): Progress {
  const { live } = terminal;
  if (typed.flags.has('json')) return { onEvent: () => {}, close: () => {} };
  let saidAt = now() + (live ? -drawn : 0);
  let isDrawn = false;
  return {
    onEvent: (event: RunEvent) => {
      if (event.type === 'note') {
        terminal.tell(`${isDrawn ? cleared : ''}${event.text}\n`);
        isDrawn = false;
      }
      if (event.type !== 'progress' || now() - saidAt < (live ? drawn : between)) return;
      saidAt = now();
      const text = visible(event.text);
      terminal.tell(live ? `${cleared}${cut(text, terminal.columns - 1, terminal)}` : `${text}\n`);
      isDrawn = live;
    },
    close: () => {
      if (isDrawn) terminal.tell(cleared);
    },
  };
}
