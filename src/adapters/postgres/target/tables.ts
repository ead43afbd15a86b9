import type pg from 'pg';
import { renamedText } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { FoundThere, Target, TargetAsked, Targets, TargetTable } from '../../../ports/index.ts';
import { addressOf } from '../address.ts';
import { placeIn } from '../catalogue.ts';
import { asked as askedOf, cut, type Source } from '../client.ts';
import { quoted } from '../statements.ts';
import { lookUp, type WrittenColumn, type WrittenTable } from './catalogue.ts';
import { sayColumn } from './columns.ts';
import { lookAtCopy, replaceCopy } from './copy.ts';
import { openingFault } from './faults.ts';
import { statementsOf } from './statements.ts';
import { connectToWrite, PostgresTarget } from './table.ts';

/** Tables of Postgres servers that are written; `url` gives the address that an option means. */
export const postgresTargets = (url: (of: string) => string): Omit<Targets, 'has'> => {
  const sourceOf = ({ options, where }: TargetTable): Source => ({ url: url(options['url'] ?? ''), where });
  return {
    open: async (table, asked, signal) => (await begin(table, asked, { source: sourceOf(table), signal })).target,
    async look(table, asked, signal): Promise<FoundThere> {
      const source = sourceOf(table);
      const { target, there } = await begin(table, asked, { source, signal });
      await target.close();
      const values = Object.keys(asked.columns).filter((name) => !asked.key.includes(name));
      const about = there.rows === undefined ? '' : `, about ${there.rows} rows`;
      const found = `${values.join(', ') || asked.key.join(', ')} of table ${target.place} can be written${about}`;
      const doubt = {
        what: `Row security holds for the user who writes ${there.schema}.${there.name}: rows that its policies hide count as missing.`,
        next: 'See that its policies show and let it change what is to be written.',
      };
      return { found, ahead: there.now - Date.now(), ...(there.isSecured ? { doubt } : {}) };
    },
    copy: (table, asked, signal) => replaceCopy(table, asked, { source: sourceOf(table), signal }),
    lookAtCopy: (table, asked, signal) => lookAtCopy(table, asked, { source: sourceOf(table), signal }),
    sql: async () => undefined,
  };
};

async function begin(
  table: TargetTable,
  asked: TargetAsked,
  { source, signal }: { readonly source: Source; readonly signal: AbortSignal | undefined },
): Promise<{ readonly target: Target; readonly there: WrittenTable }> {
  const client = await connectToWrite(source, signal, openingFault);
  try {
    const name = table.options['name'] ?? '';
    const there = await askedOf(client, source, signal, () => lookUp(client, name), openingFault);
    return {
      target: targetOf({ client, source, there: writable(there, asked, { source, name }), asked }),
      there: there as WrittenTable,
    };
  } catch (error) {
    cut(client);
    throw error;
  }
}

function targetOf(of: {
  readonly client: pg.Client;
  readonly source: Source;
  readonly there: WrittenTable;
  readonly asked: TargetAsked;
}): Target {
  const { client, source, there, asked } = of;
  const say = (name: string) => {
    const column = there.columns.find((one) => one.name === name) as WrittenColumn;
    return sayColumn(column, (asked.columns[name] as TargetAsked['columns'][string]).facts);
  };
  const written = {
    place: `${quoted(there.schema)}.${quoted(there.name)}`,
    keys: asked.key.map(say),
    values: Object.keys(asked.columns)
      .filter((name) => !asked.key.includes(name))
      .map(say),
    way: asked.way,
    changedOnly: asked.changedOnly,
  };
  const place = `${there.schema}.${there.name} of ${addressOf(source.url)}`;
  const statements = statementsOf(written);
  return new PostgresTarget(
    { source, place, written, statements, looksAgain: there.writesAfter, isSecured: there.isSecured },
    client,
  );
}

/** Throws what keeps any row from being written. */
function writable(
  there: WrittenTable | undefined,
  { key, columns, way }: TargetAsked,
  { source, name }: { readonly source: Source; readonly name: string },
): WrittenTable {
  const { where, url } = source;
  const unusable = (what: string, next: string, got = addressOf(url)): EsteiraError =>
    new EsteiraError('SOURCE_UNUSABLE', { what, where, got, next });
  if (!there) {
    const { schema, name: table } = placeIn(name);
    const next = "Name it 'schema.table', as the catalogue spells it; a name without a schema is of the schema public.";
    throw unusable(`The database has no table ${schema}.${table} that could be written.`, next);
  }
  const called = `${there.schema}.${there.name}`;
  if (there.is !== 'r' && there.is !== 'p')
    throw unusable(`${called} is no table: nothing says which of its rows is which.`, 'Name the table behind it.');
  const names = Object.keys(columns);
  const known = there.columns.map((column) => column.name);
  const gone = names.filter((one) => !known.includes(one));
  if (gone.length > 0) {
    const others = known.filter((one) => !names.includes(one));
    const other = renamedText(gone[0] ?? '', gone, others).replace(
      /; is (.*) called (.*) now\?.*/,
      '; is $1 called $2 there?',
    );
    throw unusable(
      `${called} has no column ${gone.join(', ')}${other}.`,
      'Correct the columns of the table, or add them there.',
    );
  }
  const own = there.columns.filter((column) => names.includes(column.name));
  const values = own.filter((column) => !key.includes(column.name));
  const made = (way === 'merge' ? own : values).filter(({ isGenerated }) => isGenerated).map((column) => column.name);
  if (made.length > 0)
    throw unusable(`The database itself says what ${made.join(', ')} of ${called} is.`, 'Leave it out of the columns.');
  refuseRights({ own, values, way, called, source });
  const isKey = there.unique.some(({ columns: unique, isAtOnce }) =>
    way === 'merge'
      ? isAtOnce && unique.length === key.length && unique.every((one) => key.includes(one))
      : unique.every((one) => key.includes(one)),
  );
  if (isKey) return there;
  const keys = key.map(quoted).join(', ');
  throw unusable(
    `${key.join(', ')} may be the same of several rows of ${called}: nothing there says that it is unique.`,
    `Make it so: create unique index on ${quoted(there.schema)}.${quoted(there.name)} (${keys}). Or declare as the key what says which row it is.`,
  );
}

function refuseRights(of: {
  readonly own: readonly WrittenColumn[];
  readonly values: readonly WrittenColumn[];
  readonly way: TargetAsked['way'];
  readonly called: string;
  readonly source: Source;
}): void {
  const { own, values, way, called, source } = of;
  const without = (columns: readonly WrittenColumn[], right: keyof WrittenColumn['may']) =>
    columns.some(({ may }) => !may[right]) ? [`${right} (${columns.map(({ name }) => quoted(name)).join(', ')})`] : [];
  const rights = [
    ...without(own, 'select'),
    ...without(values, 'update'),
    ...(way === 'merge' ? without(own, 'insert') : []),
  ];
  if (rights.length === 0) return;
  const schema = called.slice(0, called.indexOf('.'));
  throw new EsteiraError('SOURCE_REFUSED', {
    what: `The user who is to write ${called} may not.`,
    where: source.where,
    got: addressOf(source.url),
    next: `Have an owner of the table say: grant usage on schema ${quoted(schema)}; grant ${rights.join(', ')} on ${called} to its user.`,
  });
}
