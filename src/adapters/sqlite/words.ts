import type { Words } from '../state/migrations.ts';

export const words: Words = {
  text: 'text',
  whole: 'integer',
  counted: 'integer primary key',
  table: ' strict',
  keyed: ' strict, without rowid',
  beforeColon: (column) =>
    `case when instr(${column}, ':') > 0 then substr(${column}, 1, instr(${column}, ':') - 1) else ${column} end`,
};
