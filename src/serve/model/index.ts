import type { AnyModel } from '../../define/index.ts';
import { readModel } from '../../learn/trees/format/read.ts';
import { Predictor } from '../../learn/trees/predictor.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { publishedPlace, readLatest } from '../../registry/index.ts';
import type { ModelsPart, ModelUse, Row, Say } from '../parts.ts';

interface Served {
  readonly version: string;
  predict(rows: readonly Row[]): readonly Row[];
}

/** The version that was published last. */
export class Models implements ModelsPart {
  readonly #id: string;
  readonly #model: AnyModel;
  readonly #store: KeptFiles;
  readonly #say: Say;
  #served: Served | undefined;

  constructor(of: { readonly id: string; readonly model: AnyModel; readonly models: KeptFiles; readonly say: Say }) {
    this.#id = of.id;
    this.#model = of.model;
    this.#store = of.models;
    this.#say = of.say;
  }

  async start(): Promise<void> {
    await this.reload('start');
  }

  async reload(by: string): Promise<object> {
    const found = await readLatest(this.#store, publishedPlace(this.#id));
    if (found.is === 'whole') this.#served = servedModel(this.#model, found.version, found.parts['model.json']);
    this.#say({ level: 'info', event: 'reload', by, result: found.is });
    return { by, result: found.is };
  }

  begin(): ModelUse {
    const served = this.#served;
    return {
      ...(served && { served }),
      predict: (rows) => {
        if (!served) throw new Error('there is no model');
        return served.predict(rows);
      },
      end: () => {},
    };
  }

  state(): object {
    return { model: this.#id, ...(this.#served && { version: this.#served.version }) };
  }

  close(): void {}
}

function servedModel({ features, output }: AnyModel, version: string, file: Uint8Array | undefined): Served {
  const { members } = JSON.parse(Buffer.from(file ?? []).toString('utf8')) as {
    readonly members: readonly { readonly parameters: { readonly text: string } }[];
  };
  const predictor = new Predictor(readModel(members[0]?.parameters.text ?? ''));
  const names = Object.keys(features);
  const [name = ''] = Object.keys(output);
  return {
    version,
    predict: (rows) => {
      const columns = names.map((one) => Float64Array.from(rows, (row) => Number(row[one] ?? Number.NaN)));
      return Array.from(predictor.predict(columns), (value) => ({ [name]: value }));
    },
  };
}
