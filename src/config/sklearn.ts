import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import { refuseText } from './adapters.ts';
import { localFolder } from './local.ts';
import type { ConverterAdapter, Place, Value } from './project.ts';

/** What converts pipelines of scikit-learn: a Python whose packages Esteira installs itself, below `.esteira/python`. */
export function sklearn(
  options: {
    /** The interpreter: `env('PYTHON')`, a path, or a name. Default `python3`. */
    readonly python?: Value;
    /** What the process that loads a pipeline may use, in MB; default 4,096. */
    readonly memory?: number;
    /** How long it may take, in seconds; default 600. */
    readonly seconds?: number;
  } = {},
): ConverterAdapter {
  const { python = 'python3', memory = 4096, seconds = 600 } = options;
  refuseText('sklearn', 'python', python);
  for (const [name, value] of Object.entries({ memory, seconds }))
    if (!(Number.isInteger(value) && value > 0))
      throw new EsteiraError('CONFIG_INVALID', {
        what: `sklearn(…) cannot take this as ${name}.`,
        got: String(value),
        allowed: 'a whole number from 1',
        next: 'Correct it in esteira.config.ts.',
      });
  return Object.freeze({
    role: 'converter',
    adapter: 'sklearn',
    options,
    writes: () => [],
    open: async (place: Place) => {
      const { Sklearn } = await import('../adapters/sklearn/converter.ts');
      const named = place.value(python);
      return new Sklearn({
        folder: path.join(localFolder(place.folder), 'python'),
        python: /[\\/]/.test(named) ? path.resolve(place.folder, named) : named,
        memory: memory * 1024 ** 2,
        seconds,
      });
    },
  });
}
