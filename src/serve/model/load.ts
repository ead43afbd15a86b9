import { judged } from './judge.ts';
import type { Loaded, Loading } from './loading.ts';
import { packText } from './pack.ts';
import { servedModel } from './served.ts';

/** Reads, checks and tries a version, all in one piece. Throws Unservable. */
export function load({ bytes, wanted, requests, limit }: Loading): Loaded {
  const began = performance.now();
  const { packed, pretended } = packText(bytes, wanted);
  const parsed = performance.now();
  const timing = judged(servedModel(packed), [...requests, ...pretended], limit);
  const stages = { parse: parsed - began, judge: performance.now() - parsed };
  return { packed, pretended, ...(timing ? { timing } : {}), stages };
}
