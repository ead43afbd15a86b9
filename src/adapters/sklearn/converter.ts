import { EsteiraError } from '../../errors.ts';
import type { ConversionAsked, Converted, Converter, Scan } from '../../ports/index.ts';
import { columnBytes } from './child/rows.ts';
import { type Answer, ChildFailed, type Limits, NotApart, runChild, shown } from './child/run.ts';
import { type Made, made, missing, pythonOf } from './environment/environment.ts';
import { usual } from './environment/pins.ts';
import { Broken } from './scan/bytes.ts';
import { contentOf } from './scan/content.ts';
import { listed } from './scan/listed.ts';
import { scanPickle } from './scan/scan.ts';

export interface SklearnOptions extends Limits {
  /** Where environments of Python are made. */
  readonly folder: string;
  readonly python: string;
}

const apartText = 'own users, files, network and processes; no rights; limits';
/** Pipelines of scikit-learn, converted by skl2onnx in a process that has nothing but them. */
export class Sklearn implements Converter {
  readonly #options: SklearnOptions;

  constructor(options: SklearnOptions) {
    this.#options = options;
  }

  async missing() {
    const python = await pythonOf(this.#options.python);
    return 'what' in python ? python : undefined;
  }

  async scan(file: string): Promise<Scan> {
    return (await this.#looked(file)).scan;
  }

  async #looked(file: string): Promise<{ readonly scan: Scan; readonly content?: Uint8Array }> {
    try {
      const content = await contentOf(file);
      return { scan: scanPickle(content), content };
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return { scan: { opcodes: 0, globals: [], refused: [], broken: error.message } };
    }
  }

  async convert(asked: ConversionAsked): Promise<Converted> {
    const { file, isUnscanned = false, signal, progress } = asked;
    const { scan, content } = await this.#looked(file);
    const isClean = scan.refused.length === 0 && scan.broken === undefined;
    if (content === undefined || !(isClean || isUnscanned)) throw refused(file, scan);
    const python = await pythonOf(this.#options.python);
    if ('what' in python) throw missing(python);
    if (isClean && scan.sklearn === undefined)
      throw failed(
        file,
        'There is no trained pipeline or estimator of scikit-learn in it.',
        'Save what was trained: joblib.dump(pipeline, …).',
      );
    const environment = await made(python, scan.sklearn ?? usual, { folder: this.#options.folder, signal, progress });
    signal?.throwIfAborted();
    progress?.('loading and converting it');
    const { answer, isolation } = await this.#child(environment, { asked, scan, content, isClean });
    const { header, parts } = answer;
    const [onnx, numbers] = parts;
    if (typeof header['refused'] === 'string') throw refused(file, { ...scan, broken: shown(header['refused']) });
    if (typeof header['failed'] === 'string') throw failed(file, shown(header['failed']));
    const said = saidOf(header);
    if (!onnx || said === undefined || numbers?.length !== 8 * asked.rows * said.width)
      throw failed(file, 'What it answers is not what was asked.');
    const { width, classes, versions } = said;
    const all = new Float64Array(Uint8Array.from(numbers).buffer);
    const original = Array.from({ length: width }, (_, at) => all.subarray(at * asked.rows, (at + 1) * asked.rows));
    return { onnx: Uint8Array.from(onnx), original, ...(classes ? { classes } : {}), scan, versions, isolation };
  }

  /** Kept apart where the system lets it; what has not passed the scan is loaded in no other way. */
  async #child(
    environment: Made,
    {
      asked,
      scan,
      content,
      isClean,
    }: {
      readonly asked: ConversionAsked;
      readonly scan: Scan;
      readonly content: Uint8Array;
      readonly isClean: boolean;
    },
  ): Promise<{ readonly answer: Answer; readonly isolation: string }> {
    const { file, rows, signal } = asked;
    const columns = Object.keys(asked.features).map((name) => columnBytes(name, asked.columns[name], rows));
    const header = {
      rows,
      columns: columns.map(({ column }) => column),
      bytes: content.length,
      names: isClean ? scan.globals.map(splitName) : null,
    };
    const sent = { header, parts: [...columns.map(({ bytes }) => bytes), content] };
    const run = async (apart: boolean): Promise<Answer> => {
      try {
        return await runChild({ command: environment.python.command, site: environment.site }, sent, {
          apart,
          limits: this.#options,
          signal,
        });
      } catch (error) {
        throw error instanceof ChildFailed ? failed(file, error.message) : error;
      }
    };
    let why: string;
    try {
      return { answer: await run(true), isolation: apartText };
    } catch (error) {
      if (!(error instanceof NotApart)) throw error;
      why = error.message;
    }
    if (!isClean)
      throw new EsteiraError('IMPORT_REFUSED', {
        what: 'What has not passed the scan is loaded only where the system keeps it apart, and this one does not.',
        where: file,
        got: why,
        next: `Do this on Linux where users may make namespaces (in Docker: --security-opt seccomp=unconfined), or save the pipeline as .onnx where it is trained, and import that.`,
      });
    return { answer: await run(false), isolation: `limits only: ${why}` };
  }
}

interface Said {
  readonly width: number;
  readonly classes?: NonNullable<Converted['classes']>;
  readonly versions: Converted['versions'];
}
const mostWide = 10_000;

/** What is said beside the numbers, if it is what it should be: whoever says it has loaded the file. */
export function saidOf({ width, classes, versions }: Answer['header']): Said | undefined {
  if (!(Number.isInteger(width) && Number(width) > 0 && Number(width) <= mostWide)) return undefined;
  const isClass = (one: unknown): boolean =>
    typeof one === 'boolean' ||
    typeof one === 'number' ||
    (typeof one === 'string' && one.length <= 1000 && !/\p{Cc}/u.test(one));
  const known = classes ?? undefined;
  if (known !== undefined && !(Array.isArray(known) && known.length === width && known.every(isClass)))
    return undefined;
  if (typeof versions !== 'object' || versions === null || Array.isArray(versions)) return undefined;
  const all = Object.entries(versions);
  const isVersion = ([name, version]: [string, unknown]): boolean =>
    /^[\w.+-]{1,40}$/.test(name) && typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version);
  if (all.length > 20 || !all.every(isVersion)) return undefined;
  return {
    width: Number(width),
    ...(known ? { classes: known as Said['classes'] & object } : {}),
    versions: Object.fromEntries(all) as Said['versions'],
  };
}

/** Names of the list have no dot behind that of the module. */
function splitName(full: string): readonly [string, string, string] {
  const dot = full.lastIndexOf('.');
  const [module, name] = [full.slice(0, dot), full.slice(dot + 1)];
  return [module, name, listed(module, name) ?? ''];
}

const failed = (
  file: string,
  what: string,
  next = 'Look at what it says; or save the pipeline as .onnx where it is trained, and import that.',
) => new EsteiraError('IMPORT_FAILED', { what, where: file, next });

function refused(file: string, { refused: names, broken, globals }: Scan): EsteiraError {
  const others = names.length > 5 ? `, and ${names.length - 5} more` : '';
  const what =
    names.length > 0
      ? `It would load what no pipeline of scikit-learn needs: ${names.slice(0, 5).join(', ')}${others}.`
      : `It is not written as pipelines are: ${broken}.`;
  return new EsteiraError('IMPORT_REFUSED', {
    what,
    where: file,
    got: `of ${globals.length} names ${names.length} not on the list${broken && names.length > 0 ? `; ${broken}` : ''}`,
    next: 'Nothing of it was loaded. If you know where it comes from, esteira models import … --unscanned loads it where it can reach nothing; or save it as .onnx where it is trained, and import that.',
  });
}
