import type { Vector } from '../../../columns/index.ts';

/** How the process that loads is told of a column: numbers (NaN: missing), or codes into words (-1: missing). */
export interface SentColumn {
  readonly name: string;
  readonly of: 'numbers' | 'texts';
  readonly words?: readonly string[];
}

export function columnBytes(
  name: string,
  vector: Vector | undefined,
  rows: number,
): { readonly column: SentColumn; readonly bytes: Uint8Array } {
  if (vector?.of === 'texts') {
    const { codes, words } = vector;
    return { column: { name, of: 'texts', words }, bytes: bytesOf(codes) };
  }
  const values = new Float64Array(rows).fill(Number.NaN);
  if (vector)
    for (let row = 0; row < rows; row += 1) {
      if (vector.valid === undefined || vector.valid[row] === 1) values[row] = vector.values[row] ?? Number.NaN;
    }
  return { column: { name, of: 'numbers' }, bytes: bytesOf(values) };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
