import type { Words } from '../state/migrations.ts';

export const words: Words = {
  // Compared by code point, as everywhere else, and not by the language of the database.
  text: 'text collate "C"',
  whole: 'bigint',
  counted: 'bigint generated always as identity primary key',
  table: '',
  keyed: '',
  beforeColon: (column) => `split_part(${column}, ':', 1)`,
};
