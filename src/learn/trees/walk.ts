import { assembled, type Code, type Kernel, op } from '../kernels/assembler.ts';

const { get, set, add, and, or, xor, whole, shiftLeft, shiftRight, shiftedRight, isZero, isLess, word, double } = op;
const { setDouble, addDoubles, magnitude, isAtMost, differs, truncated, repeat, when } = op;

/** How a node is kept: where in a row its value is, what is special, its threshold, and the places of its children. */
export const record = { bytes: 32, value: 0, kind: 4, threshold: 8, left: 16, right: 20, set: 24, words: 28 } as const;
/** Bits of a record's kind. A leaf is its own child, and its value stands in place of the threshold. */
export const kinds = { leaf: 1, nanLeft: 2, category: 4, zeroIsMissing: 8 } as const;
/** Rows that are walked side by side, so that the processor is never idle for one. */
export const beside = 4;

/**
 * Four walks a turn, each from a root with a row to a leaf, whose value is added to a sum. Given: where the roots, the rows' values and the sums
 * begin, each with the bytes from one walk to the next (0: the same for all), how many turns, and the magnitude below which a value is zero.
 */
const walk: Kernel = (() => {
  const [roots, rootBytes, row, rowBytes, sum, sumBytes, turns, zero] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [value, kind, isRight, category, all, own] = [8, 9, 10, 11, 12, 13];
  const node = (index: number): number => own + index;
  const from = (index: number): number => own + beside + index;
  const isNan = differs(get(value), get(value));
  const bit = (flag: number, shift: number): Code => and(shiftRight(get(kind), shift), whole(flag));
  const step = (index: number): Code => [
    set(value, double(add(get(from(index)), word(get(node(index)), record.value)))),
    set(kind, word(get(node(index)), record.kind)),
    set(all, and(get(all), get(kind))),
    // At most the threshold, or not a number where that goes left.
    set(
      isRight,
      xor(xor(isAtMost(get(value), double(get(node(index)), record.threshold)), whole(1)), and(isNan, bit(1, 1))),
    ),
    when(and(get(kind), whole(kinds.category | kinds.zeroIsMissing)), special(index)),
    set(node(index), word(add(get(node(index)), shiftLeft(get(isRight), 2)), record.left)),
  ];
  const special = (index: number): Code => [
    when(and(get(kind), whole(kinds.zeroIsMissing)), [
      when(or(isNan, isAtMost(magnitude(get(value)), get(zero))), set(isRight, xor(bit(1, 1), whole(1)))),
    ]),
    when(and(get(kind), whole(kinds.category)), [
      set(isRight, whole(1)),
      set(category, truncated(get(value))),
      when(and(isZero(isNan), isLess(shiftRight(get(category), 5), word(get(node(index)), record.words))), [
        set(
          isRight,
          xor(
            and(
              shiftedRight(
                word(add(word(get(node(index)), record.set), shiftLeft(shiftRight(get(category), 5), 2))),
                and(get(category), whole(31)),
              ),
              whole(1),
            ),
            whole(1),
          ),
        ),
      ]),
    ]),
  ];
  const each = (make: (index: number) => Code): Code => Array.from({ length: beside }, (_, index) => make(index));
  return {
    parameters: ['whole', 'whole', 'whole', 'whole', 'whole', 'whole', 'whole', 'double'],
    locals: [
      'double',
      'whole',
      'whole',
      'whole',
      'whole',
      ...Array.from({ length: 2 * beside }, () => 'whole' as const),
    ],
    body: repeat(
      [
        each((index) => [
          set(node(index), word(get(roots))),
          set(from(index), get(row)),
          set(row, add(get(row), get(rowBytes))),
          set(roots, add(get(roots), get(rootBytes))),
        ]),
        repeat([set(all, whole(kinds.leaf)), each(step)], isZero(get(all))),
        each((index) => [
          setDouble(get(sum), addDoubles(double(get(sum)), double(get(node(index)), record.threshold))),
          set(sum, add(get(sum), get(sumBytes))),
        ]),
        set(turns, add(get(turns), whole(-1))),
      ],
      get(turns),
    ),
  };
})();

export const walkOf = assembled({ walk });
