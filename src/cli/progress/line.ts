import type { RunEvent } from '../../operate/views.ts';
import type { Request } from '../command.ts';
import { cut, visible } from '../text.ts';
import type { Progress } from './progress.ts';

/** Milliseconds between two drawings of the line, and between two lines where none is drawn anew. */
const [drawn, between] = [100, 10_000];

/** How far something is that is no run: one line on a terminal, now and then a line elsewhere, all of them where people wait and none with `--json`. */
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
      if (event.type !== 'progress' || now() - saidAt < (live ? drawn : between)) return;
      saidAt = now();
      const text = visible(event.text);
      terminal.tell(live ? `\r\u001b[K${cut(text, terminal.columns - 1, terminal)}` : `${text}\n`);
      isDrawn = live;
    },
    close: () => {
      if (isDrawn) terminal.tell('\r\u001b[K');
    },
  };
}
