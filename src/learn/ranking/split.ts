/** Rows to train with and rows to judge by; no request is in both. */
export interface Parts {
  readonly train: Int32Array;
  readonly judge: Int32Array;
}

/**
 * By request: the same request falls on the same side whatever else there is, so that a model that is trained again is never judged by what it was
 * trained with. `share` of the requests judge.
 */
export function splitByRequest(
  keys: ArrayLike<number | bigint | string>,
  { share, seed = 0 }: { readonly share: number; readonly seed?: number },
): Parts {
  return parts(keys.length, (row) => shareOf(String(keys[row]), seed) < share);
}

/** By time: requests that began at `from` or later judge; a request that lasts across it is as old as its first row. */
export function splitByTime(
  keys: ArrayLike<number | bigint | string>,
  times: ArrayLike<number>,
  { from }: { readonly from: number },
): Parts {
  const began = new Map<number | bigint | string, number>();
  for (let row = 0; row < keys.length; row += 1) {
    const key = keys[row] as number | bigint | string;
    began.set(key, Math.min(began.get(key) ?? Number.POSITIVE_INFINITY, times[row] as number));
  }
  return parts(keys.length, (row) => (began.get(keys[row] as number | bigint | string) as number) >= from);
}

function parts(rows: number, judges: (row: number) => boolean): Parts {
  const all = Array.from({ length: rows }, (_, row) => row);
  const chosen = all.map(judges);
  return {
    train: Int32Array.from(all.filter((row) => !chosen[row])),
    judge: Int32Array.from(all.filter((row) => chosen[row])),
  };
}

/** From 0 to below 1, by FNV-1a of the text with the mixing of MurmurHash3 behind it: neighbouring names are far apart. */
export function shareOf(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
