/** The folder of this machine in which rows wait for the store cannot be written: they wait in memory. */
export class NoDisk extends Error {
  readonly code: string | undefined;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = (cause as { readonly code?: string }).code;
  }
}
