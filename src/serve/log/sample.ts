/** Of a text a number from 0, below 1: the same in every process and version, and spread evenly. */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  // FNV-1a leaves texts that differ at their ends close together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Whether a request is among the share that is logged: all of its rows are, whoever predicted them. */
export const isLogged = (id: string, share: number): boolean => fractionOf(id) < share;
