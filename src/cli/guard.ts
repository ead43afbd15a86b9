import { endedBy } from '../config/import.ts';
import { problem } from './problem.ts';
import type { Terminal } from './terminal.ts';

export interface Guard {
  close(): void;
}

/**
 * While the project's code is run in this process: when that calls `process.exit`, nothing after it is carried out, so the error is told from
 * the process's last event, and the exit code is the error's whatever the code asked for. Whoever closes the guard may end the process itself.
 */
export function guardExit(options: {
  readonly folder: string;
  readonly terminal: Terminal;
  readonly version: string;
  readonly json: boolean;
}): Guard {
  const { folder, terminal, version, json } = options;
  const listener = (): void => {
    const error = endedBy(folder);
    if (!error) return;
    const told = problem(error, version);
    if (json) terminal.write(`${JSON.stringify(told.json, undefined, 2)}\n`);
    else terminal.tell(`${told.text(terminal)}\n`);
    process.exitCode = told.exit;
  };
  process.on('exit', listener);
  return { close: () => void process.off('exit', listener) };
}
