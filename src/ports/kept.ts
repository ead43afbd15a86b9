import { EsteiraError } from '../errors.ts';

/**
 * The bytes themselves, or a file of this machine, which is left where it is and may be larger than memory. One that never changes again (`isDone`) need not be
 * copied by a store on the same disk.
 */
export type Content = { readonly bytes: Uint8Array } | { readonly file: string; readonly isDone?: true };

/** A file that may change, as it was found: no other content of it has that mark. */
export interface LookedFile {
  readonly bytes: Uint8Array;
  readonly mark: string;
}

/** Whole files by their paths, where several may write at once: each is there as it was given, or not at all. */
export interface KeptFiles {
  /** Keeps a file whole or not at all, whatever happens meanwhile: `there` when one of that name is there already, which stays. */
  keep(path: string, content: Content): Promise<'kept' | 'there'>;
  /** Nothing when no such file is there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The newest content of a file that is replaced, with its mark. */
  look(path: string): Promise<LookedFile | undefined>;
  /**
   * Puts another content in the place of one that was looked at: of many who do it with the same mark one succeeds. Contents must differ. With `isAlone`
   * nobody else ever replaces that file, and whoever calls waits for one replacement before the next: nothing of those before need be remembered.
   */
  replace(path: string, now: LookedFile, how?: { readonly isAlone?: true }): Promise<'replaced' | 'overtaken'>;
  /** One that is not there counts as removed. */
  remove(path: string): Promise<void>;
  /**
   * Paths of the files below a folder (`''` the whole store), of any ending and however deep, in the order of their code points, at most so many. What begins
   * with a dot is left out.
   */
  below(folder: string, limit: number): Promise<readonly string[]>;
  /** Of a store that may not be there, or not let Esteira in: asks for what changes nothing, and throws what would keep files from being read. */
  probe?(): Promise<void>;
  /** The store's place, for people. */
  readonly describe: string;
}

/** The names between the slashes of a path. Throws DEFINITION_INVALID for one that leads out of the store. */
export function namesIn(path: string): readonly string[] {
  const names = path.split('/');
  if (!names.some((name) => name === '' || name === '.' || name === '..')) return names;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: 'A file cannot have this path.',
    got: path,
    allowed: 'names below the file store, with slashes between them',
    next: 'Write the path so that it stays below the store.',
  });
}
