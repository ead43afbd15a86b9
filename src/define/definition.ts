import { fileURLToPath } from 'node:url';

/** Two copies of the package give two values here: definitions of one are not taken for definitions of the other. */
const brand: unique symbol = Symbol.for('esteira.definition') as never;
const home = new URL('..', import.meta.url).href;
/** The folder of this copy of the package. */
export const ownCopy: string = fileURLToPath(home);

/** Everything with a name: the nodes of the graph. */
export interface Definition<K extends string = string> {
  readonly kind: K;
  readonly name: string;
  readonly dependsOn: readonly Definition[];
}

/** What is defined with another table: its invalid rows, its receipts. */
interface Beside {
  readonly spec?: {
    readonly refusedBy?: Definition;
    readonly receiptsOf?: Definition;
    readonly batchesOf?: Definition;
  };
}
/** `file:line` where a definition was written; what stands beside a table is written with it. */
const places = new WeakMap<object, string>();
export function writtenAt(definition: Definition): string {
  const { refusedBy, receiptsOf, batchesOf } = (definition as Beside).spec ?? {};
  return places.get(refusedBy ?? receiptsOf ?? batchesOf ?? definition) ?? 'unknown place';
}

/** Frozen, branded, and remembering where it was written. Each word passes its values through here. */
export function define<T extends Definition>(self: T): T {
  const definition = Object.freeze(Object.defineProperty(self, brand, { value: ownCopy }));
  places.set(definition, callerOutside());
  return definition;
}

export const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && brand in value;
/** The folder of the copy of the package that made it. */
export const copyOf = (definition: Definition): string => String((definition as { [brand]?: unknown })[brand]);

function callerOutside(): string {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 12;
  Error.prepareStackTrace = (_, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  const isInside = (file: string): boolean => file.startsWith(home) || file.startsWith('node:');
  const outside = frames.find((frame) => !isInside(frame.getFileName() ?? home));
  const file = outside?.getFileName();
  if (!outside || !file) return 'unknown place';
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${outside.getLineNumber()}`;
}
