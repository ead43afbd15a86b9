/** The bytes are no message of the ONNX format that could be looked through. */
export class Unread extends Error {
  override readonly name = 'Unread';
}

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'function' | 'training' | 'tensor' | 'sparse';
/** Where tensors are, by the numbers of onnx.proto. */
const within: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};
const externalData = 13;
const dataLocation = 14;
/** As protobuf itself has it. */
const deepest = 100;

/**
 * Whether a model has numbers that stand in files beside it. The runtime would look for those where the process works, by names that the model says:
 * what any file of the project holds could be predicted.
 */
export function namesFiles(model: Uint8Array): boolean {
  // The runtime's own format, told by these letters, has other ways.
  if (Buffer.from(model.subarray(4, 8)).toString('latin1') === 'ORTM')
    throw new Unread('it is of the runtime’s own format');
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let place = 0; place < 10; place += 1) {
      if (at >= model.length) throw new Unread('it is cut');
      const byte = view.getUint8(at);
      at += 1;
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80) return value;
    }
    throw new Unread('it has a number that is too long');
  };
  const read = (kind: Kind, end: number, depth: number): boolean => {
    if (depth > deepest) throw new Unread('it has graphs within graphs without end');
    while (at < end) {
      // Higher bits of a tag are not looked at.
      const tag = varint() % 2 ** 32;
      const [field, wire] = [Math.floor(tag / 8), tag % 8];
      if (wire === 0) {
        const value = varint();
        if (kind === 'tensor' && field === dataLocation && value !== 0) return true;
      } else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
      else if (wire === 2) {
        const length = varint();
        if (length > end - at) throw new Unread('it is cut');
        if (kind === 'tensor' && field === externalData) return true;
        const inside = within[kind][field];
        if (inside === undefined) at += length;
        else if (read(inside, at + length, depth + 1)) return true;
      } else throw new Unread('it has what no model has');
    }
    if (at > end) throw new Unread('it is cut');
    return false;
  };
  return read('model', model.length, 0);
}
