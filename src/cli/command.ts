import type { Input, OperationName, Output, RunEvent } from '../operate/views.ts';
import type { Terminal } from './terminal.ts';

/** What a command gives: `result` is printed with `--json`, else `text`. */
interface Answer {
  readonly result: unknown;
  text(): string;
  /** 0 when absent. */
  readonly exit?: number;
}

/** What was typed, in the shape that the table of commands promises. */
export interface Typed {
  /** Words after the command, in their order. */
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** What a command is given. */
export interface Request {
  readonly typed: Typed;
  readonly terminal: Terminal;
  /** The folder with template/ and package.json. */
  readonly home: string;
  /** Sends an operation to the project's owner, or carries it out as the owner. */
  call<Name extends OperationName>(
    operation: Name,
    input: Input<Name>,
    onEvent?: (event: RunEvent) => void,
  ): Promise<Output<Name>>;
}

export type Command = (request: Request) => Promise<Answer>;

/** `{ [name]: value }`, or nothing where there is no value: an input leaves out what was not typed. */
export function given<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value });
}

export function numberOf(typed: Typed, option: string): number | undefined {
  const text = typed.texts.get(option);
  return text === undefined ? undefined : Number(text);
}
