import type { RunEvent } from '../../operate/views.ts';
import type { Request } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { Live } from './live.ts';
import { Plain } from './plain.ts';

/** What a person or a program sees while a run goes. */
export interface Progress {
  onEvent(event: RunEvent): void;
  /** Nothing more will come: leaves the screen as it should stay. */
  close(): void;
}

/** A tree on a terminal, lines elsewhere; with `--json` nothing, or events as JSON lines on standard error. */
export function progressOf({ typed, terminal }: Pick<Request, 'typed' | 'terminal'>): Progress {
  if (typed.flags.has('json')) return typed.flags.has('progress') ? events(terminal) : silent;
  return terminal.live ? new Live(terminal) : new Plain(terminal);
}

const silent: Progress = { onEvent: () => {}, close: () => {} };
const events = (terminal: Terminal): Progress => ({
  onEvent: (event) => terminal.tell(`${JSON.stringify(event)}\n`),
  close: () => {},
});
