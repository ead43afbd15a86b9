import { type Columns, keyOf } from '../columns/index.ts';
import type { AnyTable, CopiedTo, Definition } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { misshapen, whereOf } from './catalog.ts';
import { insideOf } from './models.ts';

/** What a table has beside it whose rows are written elsewhere, too: its receipts, and these by batch, or what is known of its copies. A job that builds the table has steps for them. */
export function deliveryOf(definition: Definition): readonly AnyTable[] {
  const table = definition as AnyTable;
  if (table.spec?.copiedTo) return [table.copies];
  return table.spec?.keptIn ? [table.receipts, table.batches] : [];
}

/** Receipts, or the copies: written as the rows of that table are written elsewhere. */
export const receiptsOf = (definition: Definition): AnyTable | undefined =>
  (definition as AnyTable).spec?.receiptsOf as AnyTable | undefined;

/** Throws DEFINITION_INVALID where two tables keep one column of a table elsewhere: each run would write what the other's has written there. */
export function refuseKeptTwice(definitions: Iterable<Definition>): void {
  const kept = new Map<string, AnyTable>();
  for (const definition of definitions) {
    const { spec, columns, name } = definition as AnyTable;
    if (spec?.copiedTo) refuseCopiedTwice(definition as AnyTable, kept);
    if (!spec?.keptIn) continue;
    const { by, options } = spec.keptIn;
    const key = keyOf(columns);
    for (const column of Object.keys(columns).filter((one) => !key.includes(one))) {
      const place = JSON.stringify([by, options['url'], options['name'], column]);
      const other = kept.get(place);
      if (other)
        throw new EsteiraError('DEFINITION_INVALID', {
          what: `${other.name} and ${name} are kept in one column elsewhere: each run would write over what the other's has written.`,
          where: `${whereOf(other)} and ${whereOf(definition)}`,
          got: `${column} of ${options['name']}`,
          next: 'Make one table of the rows of both and keep that, or keep them in columns of their own.',
        });
      kept.set(place, definition as AnyTable);
    }
  }
}

function refuseCopiedTwice(table: AnyTable, kept: Map<string, AnyTable>): void {
  const { copied, options } = table.spec.copiedTo as CopiedTo;
  const place = JSON.stringify([copied, options]);
  const other = kept.get(place);
  if (other)
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `${other.name} and ${table.name} are copied to one place: each would replace the copy of the other.`,
      where: `${whereOf(other)} and ${whereOf(table)}`,
      got: options['path'] ?? options['name'] ?? '',
      next: 'Give each a place of its own.',
    });
  kept.set(place, table);
}

/** Throws DEFINITION_INVALID where a table cannot be copied there. */
export function refuseCopy(table: AnyTable): void {
  const { name, spec } = table;
  if (!spec.copiedTo) return;
  const refuse = (what: string, got: string, allowed: string): never => {
    throw misshapen(table, `${name} cannot be copied: ${what}.`, got, allowed);
  };
  if (spec.write === 'view') refuse('a view has no rows of its own', 'view', 'a table that reads it');
  if (insideOf(table)) refuse('it stands inside the versions of a model', 'every version', 'a table that reads it');
  const { path } = spec.copiedTo.options;
  if (path !== undefined && (!/^[^*?{}[\]\\]+\.(csv|parquet)$/.test(path) || path.split('/').some(isNoName)))
    refuse(
      'this is no file that it could be',
      path,
      "one file below the file store: 'exports/prices.csv', '….parquet'",
    );
}
const isNoName = (name: string): boolean => name === '' || name.startsWith('.');

/** Kinds of which two systems say a value in the same way. */
const keyKinds = ['text', 'integer', 'bigint', 'decimal', 'boolean', 'date', 'timestamp'];

/** Throws DEFINITION_INVALID where rows could not be found again elsewhere, or receipts not be told from them. */
export function refuseDelivery(table: AnyTable): void {
  const { name, spec, columns } = table;
  if (!spec.keptIn) return;
  const refuse = (what: string, got: string, allowed: string): never => {
    throw misshapen(table, `${name} is kept elsewhere: ${what}.`, got, allowed);
  };
  const { way } = spec.keptIn;
  if (way !== 'update' && way !== 'merge')
    refuse(
      'it cannot be written there that way',
      String(typeof way === 'object' ? Object(way).way : way),
      "write: 'update', which adds no row there, or 'merge'",
    );
  if (insideOf(table)) refuse('it stands inside the versions of a model', 'every version', 'a table that reads it');
  const key = keyOf(columns);
  if (key.length === 0) refuse('nothing says which row is meant', 'no key', 'a column with .key()');
  for (const column of key) {
    const { kind } = (columns[column] as Columns[string]).facts;
    if (!keyKinds.includes(kind)) refuse(`its key ${column} cannot be asked for there`, kind, keyKinds.join(', '));
    if (column in table.batches.columns || ['status', 'reason', 'tries'].includes(column))
      refuse('a column of its receipts has the name of its key', column, 'a key of another name');
  }
  if (Object.keys(columns).length === key.length)
    refuse('there is nothing to be written', Object.keys(columns).join(', '), 'a column beside the key');
}
