import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.ts';

interface Asking {
  readonly terminal: Terminal;
  readonly isProgram: boolean;
  /** What the name is for. */
  readonly list: string;
  readonly question: string;
  /** Where nobody can be asked. */
  refusal(): Error;
}

/** Asks a person for a name; a program must give it with the command. */
export async function askForName({ terminal, isProgram, list, question, refusal }: Asking): Promise<string> {
  if (isProgram || !process.stdin.isTTY || !terminal.live) throw refusal();
  terminal.tell(`${list}\n`);
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await line.question(question)).trim();
  } finally {
    line.close();
  }
}
