import { fileURLToPath } from 'node:url';
import type { Columns } from '../columns/index.ts';

/** Two copies of the package give two values here: definitions of one are not taken for definitions of the other. */
const brand: unique symbol = Symbol.for('esteira.definition') as never;
const copy = import.meta.url;
const home = new URL('..', import.meta.url).href;

/** Everything with a name: the nodes of the graph. */
export interface Definition<K extends string = string> {
  readonly kind: K;
  readonly name: string;
  readonly dependsOn: readonly Definition[];
}

/** `file:line` where a definition was written. */
const places = new WeakMap<object, string>();
export const writtenAt = (definition: Definition): string => places.get(definition) ?? 'unknown place';

/** Frozen, branded, and remembering where it was written. Each word passes its values through here. */
export function define<T extends Definition>(self: T): T {
  const definition = Object.freeze(Object.defineProperty(self, brand, { value: copy }));
  places.set(definition, callerOutside());
  return definition;
}

export const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && brand in value;
/** Made by this copy of the package. */
export const isOwn = (definition: Definition): boolean => (definition as { [brand]?: string })[brand] === copy;

function callerOutside(): string {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 12;
  Error.prepareStackTrace = (_, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  const outside = frames.find((frame) => !(frame.getFileName() ?? home).startsWith(home));
  const file = outside?.getFileName();
  if (!outside || !file) return 'unknown place';
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${outside.getLineNumber()}`;
}

/** A definition with columns: what the warehouse holds under its name. */
export interface Holding<C extends Columns = Columns> extends Definition {
  readonly columns: C;
}
