type Row = Readonly<Record<string, unknown>>;

/** Place of each row from one on: the greatest first, equals as they stand, what has no number last. */
export function ranks(outputs: readonly object[], score: string | undefined): Int32Array {
  const places = new Int32Array(outputs.length);
  const scores = new Float64Array(outputs.length);
  const order = new Uint32Array(outputs.length);
  for (let row = 0; row < outputs.length; row += 1) {
    const value = score === undefined ? 0 : (outputs[row] as Row)[score];
    scores[row] = typeof value === 'number' && !Number.isNaN(value) ? value : -Infinity;
    order[row] = row;
  }
  const at = (row: number): number => scores[row] as number;
  // Two that are as small as can be are equal too.
  order.sort((one, other) => (at(one) === at(other) ? one - other : at(other) - at(one)));
  for (let place = 0; place < order.length; place += 1) places[order[place] as number] = place + 1;
  return places;
}
