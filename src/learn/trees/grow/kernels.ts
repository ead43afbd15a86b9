import { assembled, type Kernel, op } from '../../kernels/assembler.ts';

const { get, set, add, and, whole, shiftLeft, shiftRight, word, two, setTwo, addTwo, twoFloats, repeat, isLess } = op;

/** Slopes and curvatures of some rows, as floats beside each other, into doubles that stand together. Given: rows, floats, into, its end. */
const gather: Kernel = (() => {
  const [rows, floats, into, end] = [0, 1, 2, 3];
  return {
    parameters: ['whole', 'whole', 'whole', 'whole'],
    locals: [],
    body: repeat(
      [
        setTwo(get(into), twoFloats(add(get(floats), shiftLeft(word(get(rows)), 3)))),
        set(rows, add(get(rows), whole(4))),
        set(into, add(get(into), whole(16))),
      ],
      isLess(get(into), get(end)),
    ),
  };
})();

/** Features whose bins stand together: more, and their sums no longer fit into the nearest cache. */
export const lanes = 8;

/**
 * Adds the pair of each row to one bin of each of eight features, whose bins are the bytes of two words. Given: bins, rows, pairs, their end, and
 * where the sums of each of the features begin.
 */
const sum: Kernel = (() => {
  const [bins, rows, pairs, end, features] = [0, 1, 2, 3, 4];
  const [row, four, pair, at] = [features + lanes, features + lanes + 1, features + lanes + 2, features + lanes + 3];
  const lane = (number: number) => {
    const byte = number % 4;
    // A bin's sums are 16 bytes apart.
    const bin =
      byte === 0 ? shiftLeft(and(get(four), whole(255)), 4) : and(shiftRight(get(four), 8 * byte - 4), whole(0xff0));
    return [
      ...(byte === 0 ? [set(four, word(get(row), number))] : []),
      set(at, add(get(features + number), bin)),
      setTwo(get(at), addTwo(two(get(at)), get(pair))),
    ];
  };
  return {
    parameters: Array.from({ length: features + lanes }, () => 'whole' as const),
    locals: ['whole', 'whole', 'two doubles', 'whole'],
    body: repeat(
      [
        set(row, add(get(bins), shiftLeft(word(get(rows)), Math.log2(lanes)))),
        set(pair, two(get(pairs))),
        ...Array.from({ length: lanes }, (_, number) => lane(number)),
        set(rows, add(get(rows), whole(4))),
        set(pairs, add(get(pairs), whole(16))),
      ],
      isLess(get(pairs), get(end)),
    ),
  };
})();

/** The loops in which nearly all of the training's time goes; docs/adr says why they are not TypeScript. */
export const kernelsOf = assembled({ gather, sum });
export type Kernels = ReturnType<typeof kernelsOf>;
