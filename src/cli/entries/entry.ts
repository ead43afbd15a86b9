import type { Command } from '../command.ts';

/** How an option's value is read: `pairs` and `list` may be given more than once. */
export interface OptionEntry {
  readonly takes: 'nothing' | 'text' | 'date' | 'hour' | 'count' | 'port' | 'pairs' | 'list';
  /** Named in the help: `--date <date>`. */
  readonly value?: string;
  readonly short?: string;
  readonly about: string;
}
interface ArgumentEntry {
  readonly name: string;
  readonly needed: boolean;
  readonly many?: boolean;
  readonly about: string;
}
export interface CommandEntry {
  readonly name: string;
  readonly about: string;
  readonly more?: string;
  readonly arguments: readonly ArgumentEntry[];
  readonly options: Readonly<Record<string, OptionEntry>>;
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** It is carried out by the process that owns the project, which must be this one. */
  readonly owns?: true;
  /** Loaded when called, so that help costs nothing. */
  load(): Promise<Command>;
}

export const date: OptionEntry = {
  takes: 'date',
  value: '<date>',
  about: 'The day being processed, YYYY-MM-DD.',
};
/** Of a job that may read hours. */
export const dateOrHour: OptionEntry = {
  takes: 'hour',
  value: '<date>',
  about: 'The day being processed, YYYY-MM-DD; of a source that gives hours one of them, in UTC: YYYY-MM-DDTHH.',
};
export const select: OptionEntry = {
  takes: 'list',
  value: '<steps>',
  about:
    'Only these steps: a name, a pattern such as silver.*, +name with all above, name+ with all below. May be repeated.',
};
export const anyway: OptionEntry = {
  takes: 'nothing',
  about: 'Begin although what is looked at before says that it would fail.',
};
export const limit = (about: string): OptionEntry => ({ takes: 'count', value: '<number>', about });
export const progress: OptionEntry = {
  takes: 'nothing',
  about: 'With --json: events as JSON lines on standard error while it goes.',
};
export const argument = (name: string, needed: boolean, about: string): ArgumentEntry => ({ name, needed, about });
