type Native = (...given: readonly unknown[]) => unknown;
/** What is used of `koffi`. */
interface Koffi {
  load(file: string): { func(declaration: string): Native };
}

/** Imported when it is used. */
export async function koffi(name: string): Promise<Koffi | undefined> {
  try {
    const module = (await import(name)) as { readonly default: Koffi };
    return module.default;
  } catch {
    return undefined;
  }
}

const declarations = {
  lastError: 'const char* LGBM_GetLastError()',
  datasetOf:
    'int LGBM_DatasetCreateFromMat(const double* data, int type, int32_t rows, int32_t columns, int rowMajor, const char* parameters, void* reference, _Out_ void** out)',
  setField: 'int LGBM_DatasetSetField(void* dataset, const char* name, const void* data, int count, int type)',
  boosterOf: 'int LGBM_BoosterCreate(void* dataset, const char* parameters, _Out_ void** out)',
  update: 'int LGBM_BoosterUpdateOneIter(void* booster, _Out_ int* finished)',
  save: 'int LGBM_BoosterSaveModelToString(void* booster, int start, int rounds, int importance, int64_t room, _Out_ int64_t* length, _Out_ char* out)',
} as const;

type Calls = Readonly<Record<keyof typeof declarations, Native>>;

/** Types of fields, as the library numbers them. */
const fields = { label: 0, weight: 0, group: 2, init_score: 1 } as const;

/** LightGBM's functions; each throws what the library says when it fails. */
export class Library {
  readonly #call: Calls;

  /** Throws when the file is no library, or not this one. */
  constructor(engine: Koffi, file: string) {
    const library = engine.load(file);
    const found = Object.entries(declarations).map(([name, declaration]) => [name, library.func(declaration)]);
    this.#call = Object.fromEntries(found) as Calls;
  }

  #checked(status: unknown): void {
    if (status !== 0) throw new Error(String(this.#call.lastError()));
  }

  /** Columns one after the other. */
  dataset(values: Float64Array, rows: number, columns: number, parameters: string): unknown {
    const out = [null];
    this.#checked(this.#call.datasetOf(values, 1, rows, columns, 0, parameters, null, out));
    return out[0];
  }

  set(dataset: unknown, name: keyof typeof fields, values: Float64Array | Float32Array | Int32Array): void {
    this.#checked(this.#call.setField(dataset, name, values, values.length, fields[name]));
  }

  booster(dataset: unknown, parameters: string): unknown {
    const out = [null];
    this.#checked(this.#call.boosterOf(dataset, parameters, out));
    return out[0];
  }

  /** One round; true: there is nothing left to gain. */
  update(booster: unknown): boolean {
    const finished = [0];
    this.#checked(this.#call.update(booster, finished));
    return finished[0] === 1;
  }

  text(booster: unknown): string {
    const length = [0];
    this.#checked(this.#call.save(booster, 0, -1, 0, 0, length, null));
    const bytes = Buffer.alloc(Number(length[0]));
    this.#checked(this.#call.save(booster, 0, -1, 0, bytes.length, length, bytes));
    // Behind the text stands a zero.
    return bytes.toString('utf8', 0, bytes.length - 1);
  }
}
