import type { Scan } from '../../../ports/index.ts';
import { Broken, Bytes } from './bytes.ts';
import { type Found, Machine } from './machine.ts';
import { opcodes } from './opcodes.ts';

/** Above that a scan would take this process's time and memory. */
const most = 20_000_000;
const newest = 5;

/** What a pickled file would load, and whether it is written as picklers write. `bytes`: not compressed any more. */
export function scanPickle(of: Uint8Array): Scan {
  const bytes = new Bytes(of);
  const found: Found = { names: new Set(), refused: new Set() };
  const count = { opcodes: 0 };
  let broken: string | undefined;
  try {
    one(bytes, { found, count, isNested: false });
    if (bytes.left > 0) throw bytes.broken(`${bytes.left} bytes stand after its end`);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = error.message;
  }
  const { names, refused, sklearn } = found;
  return {
    opcodes: count.opcodes,
    globals: [...names].sort(),
    refused: [...refused].sort(),
    ...(broken === undefined ? {} : { broken }),
    ...(sklearn === undefined ? {} : { sklearn }),
  };
}

interface Scanning {
  readonly found: Found;
  readonly count: { opcodes: number };
  /** An array of objects is a pickle of its own, and in that there are no arrays of joblib's kind. */
  readonly isNested: boolean;
}

function one(bytes: Bytes, { found, count, isNested }: Scanning): void {
  const nested = (): void => one(bytes, { found, count, isNested: true });
  const machine = new Machine(bytes, found, isNested ? undefined : nested);
  let protocol = 0;
  for (let first = true; ; first = false) {
    const code = bytes.byte();
    const opcode = opcodes.get(code);
    if (opcode === undefined) throw bytes.broken(`it has ${code}, which is no opcode of a pickle`);
    count.opcodes += 1;
    if (count.opcodes > most) throw bytes.broken(`it has more than ${most} opcodes`);
    if (opcode.name === 'PROTO') {
      protocol = bytes.byte();
      if (!first || protocol > newest)
        throw bytes.broken(`it says protocol ${protocol} where none may be said, or there is none such`);
    } else if (opcode.since > protocol && opcode.since > 1)
      throw bytes.broken(
        `it has ${opcode.name} of protocol ${opcode.since}, and says that it is of protocol ${protocol}`,
      );
    else if (opcode.name === 'FRAME') bytes.frame(bytes.uint64());
    else if (opcode.name === 'STOP') break;
    else machine.step(opcode);
  }
  machine.end();
}
