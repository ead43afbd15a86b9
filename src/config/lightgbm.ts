import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EsteiraError } from '../errors.ts';
import { refuseText } from './adapters.ts';
import type { Place, TreesAdapter, Value } from './project.ts';

/** LightGBM's own library, for models with `engine: 'native'`. */
export function lightgbm(
  options: {
    /** The file of the library: `env('LIGHTGBM_LIBRARY')`, or a path. Default: its usual name, where the system looks for libraries. */
    readonly library?: Value;
    /** Default: one for each core. */
    readonly threads?: number;
  } = {},
): TreesAdapter {
  const { library, threads } = options;
  if (library !== undefined) refuseText('lightgbm', 'library', library);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw new EsteiraError('CONFIG_INVALID', {
      what: 'lightgbm(…) cannot take this as threads.',
      got: String(threads),
      allowed: 'a whole number from 1',
      next: 'Correct it in esteira.config.ts.',
    });
  return Object.freeze({
    role: 'trees',
    adapter: 'lightgbm',
    options,
    writes: () => [],
    open: async (place: Place) => {
      const { Lightgbm } = await import('../adapters/lightgbm/engine.ts');
      const koffi = koffiOf(place.folder);
      return new Lightgbm({
        ...(library === undefined ? {} : { library: fileIn(place.folder, place.value(library)) }),
        ...(threads === undefined ? {} : { threads }),
        ...(koffi === undefined ? {} : { koffi }),
      });
    },
  });
}

/** A bare name is the system's to find. */
const fileIn = (folder: string, name: string): string => (/[\\/]/.test(name) ? path.resolve(folder, name) : name);

/** As the project has installed it, which need not be beside Esteira. */
function koffiOf(folder: string): string | undefined {
  try {
    return pathToFileURL(createRequire(path.join(folder, 'package.json')).resolve('koffi')).href;
  } catch {
    return undefined;
  }
}
