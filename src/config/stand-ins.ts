import type { AnySource, Reader } from '../define/index.ts';
import { matchesName } from '../graph/index.ts';
import type { Environment } from './project.ts';

/** What is read in the place of a source's own reader here. */
export function standIn(source: AnySource, environment: Environment): Reader | undefined {
  for (const [pattern, reader] of Object.entries(environment.standIns ?? {})) {
    if (!matchesName(pattern, source.name)) continue;
    const name = source.name.split('.').at(-1) ?? source.name;
    const options = Object.entries(reader.options).map(([key, value]) => [key, value.replaceAll('{name}', name)]);
    return { ...reader, options: Object.fromEntries(options) };
  }
  return undefined;
}

/** What a source is read by here: of several the first. */
export const readerOf = (source: AnySource, environment: Environment): Reader =>
  standIn(source, environment) ?? source.reader.choices?.[0] ?? source.reader;
