/** What follows an opcode in the file. */
export type Argument =
  | 'none'
  | 'line'
  | 'two lines'
  | 'byte'
  | 'two bytes'
  | 'int32'
  | 'uint32'
  | 'uint64'
  | 'double'
  | 'bytes1'
  | 'bytes4'
  | 'signed bytes4'
  | 'bytes8';

export interface Opcode {
  readonly name: string;
  readonly argument: Argument;
  /** The first protocol that has it. */
  readonly since: number;
}

/** Name, code, argument, protocol: as Python's `pickletools` has them. */
const written = `
INT 49 line 0|LONG 4c line 0|STRING 53 line 0|UNICODE 56 line 0|FLOAT 46 line 0|PERSID 50 line 0|GET 67 line 0|PUT 70 line 0
GLOBAL 63 two lines 0|INST 69 two lines 0|NONE 4e none 0|LIST 6c none 0|APPEND 61 none 0|TUPLE 74 none 0|DICT 64 none 0|SETITEM 73 none 0
POP 30 none 0|DUP 32 none 0|MARK 28 none 0|REDUCE 52 none 0|BUILD 62 none 0|STOP 2e none 0
BININT 4a int32 1|BININT1 4b byte 1|BININT2 4d two bytes 1|BINSTRING 54 signed bytes4 1|SHORT_BINSTRING 55 bytes1 1|BINUNICODE 58 bytes4 1
BINFLOAT 47 double 1|EMPTY_LIST 5d none 1|APPENDS 65 none 1|EMPTY_TUPLE 29 none 1|EMPTY_DICT 7d none 1|SETITEMS 75 none 1|POP_MARK 31 none 1
BINGET 68 byte 1|LONG_BINGET 6a uint32 1|BINPUT 71 byte 1|LONG_BINPUT 72 uint32 1|OBJ 6f none 1|BINPERSID 51 none 1
PROTO 80 byte 2|NEWOBJ 81 none 2|EXT1 82 byte 2|EXT2 83 two bytes 2|EXT4 84 int32 2|TUPLE1 85 none 2|TUPLE2 86 none 2|TUPLE3 87 none 2
NEWTRUE 88 none 2|NEWFALSE 89 none 2|LONG1 8a bytes1 2|LONG4 8b signed bytes4 2|BINBYTES 42 bytes4 3|SHORT_BINBYTES 43 bytes1 3
SHORT_BINUNICODE 8c bytes1 4|BINUNICODE8 8d bytes8 4|BINBYTES8 8e bytes8 4|EMPTY_SET 8f none 4|ADDITEMS 90 none 4|FROZENSET 91 none 4
NEWOBJ_EX 92 none 4|STACK_GLOBAL 93 none 4|MEMOIZE 94 none 4|FRAME 95 uint64 4|BYTEARRAY8 96 bytes8 5|NEXT_BUFFER 97 none 5|READONLY_BUFFER 98 none 5`;

export const opcodes: ReadonlyMap<number, Opcode> = new Map(
  written
    .trim()
    .split(/[|\n]/)
    .map((one) => {
      const [name = '', code = '', ...rest] = one.split(' ');
      return [
        Number.parseInt(code, 16),
        { name, argument: rest.slice(0, -1).join(' ') as Argument, since: Number(rest.at(-1)) },
      ];
    }),
);
