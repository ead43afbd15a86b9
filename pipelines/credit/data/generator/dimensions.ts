import { attendantsOf } from './calendar.ts';
import { type Database, plant, quoted } from './database.ts';
import type { Plan } from './options.ts';
import { type TableName, tables } from './tables.ts';
import { channels, firstNames, lastNames, reasons, teams } from './words.ts';

/** `rows` has the table's columns; `changed` is what an update gives to one of them. */
interface Dimension {
  readonly table: TableName;
  readonly rows: string;
  readonly changed: readonly [column: string, to: string];
}

const listed = (rows: readonly (readonly unknown[])[], columns: string): string => {
  const width = columns.split(', ').length;
  const one = (value: unknown) => (typeof value === 'string' ? quoted(value) : String(value));
  const values = rows.map((row) => `(${row.slice(0, width).map(one).join(', ')})`);
  return `select * from (values ${values.join(', ')}) as t(${columns})`;
};

const dimensions = (plan: Plan): readonly Dimension[] => [
  {
    table: 'canais',
    rows: listed([...channels, [7, 'fax', false]], 'id, nome, digital'),
    changed: ['nome', `nome || ' 2'`],
  },
  {
    table: 'motivos',
    rows: listed([...reasons, [13, 'cheque especial', 'crédito', 24]], 'id, nome, categoria, prazo_horas'),
    changed: ['prazo_horas', 'prazo_horas + 1'],
  },
  {
    table: 'atendentes',
    // Some names have spaces to trim; of some it is not known whether they are active.
    rows: `
      select id, one_of(id, 'team', ${teams}) as equipe,
        one_of(id, 'first', ${firstNames}) || ' ' || one_of(id, 'last', ${lastNames})
          || if(id % 5 = 0, '  ', '') as nome,
        date '2015-03-01' + pick(id, 'admitted', 3600)::integer as admitido_em,
        case when id % 7 = 0 then null else id % 11 <> 0 end as ativo
      from range(1, ${attendantsOf(plan) + 2}) t(id)`,
    changed: ['equipe', `'Ouvidoria'`],
  },
];

/**
 * The life of a small table. Row 1 comes twice in the first file, row 2 again on the next day; row 3 is updated on the
 * second day, and its older form comes once more on the third, too late; row 4 changes twice on one day. The last row,
 * which no ticket names, is deleted.
 */
async function plantDimension(database: Database, { table, rows, changed }: Dimension): Promise<void> {
  const [changing, to] = changed;
  const update = `* replace (${to} as ${changing})`;
  await database.run(`
    create or replace temp table base as
    select ${Object.keys(tables[table].columns).join(', ')}, (select max(id) from (${rows})) as last from (${rows})`);
  const change = (columns: string, where: string) =>
    plant(database, table, `select ${columns} from (select * exclude (last) from base where ${where})`);
  await change(
    `*, at_day(0, 300 + id) + micros(id * 37) as synced, 1 as version, 0 as day,
      case id when 1 then 0 when 2 then 1 end as again`,
    'id <= 4 or id = last',
  );
  await change(
    '*, at_day(0, 300 + id) + micros(id * 37) as synced, 1 as version, 0 as day, true as steady',
    'id > 4 and id < last',
  );
  await change(`${update}, at_day(1, 32000 + id) + micros(1) as synced, 2 as version, 1 as day`, 'id in (3, 4)');
  await change('*, at_day(0, 50000) + micros(id) as synced, 3 as version, 2 as day', 'id = 3');
  await change('*, at_day(1, 36000) + micros(id) as synced, 4 as version, 1 as day', 'id = 4');
  await change('id, at_day(1, 40000) + micros(id) as synced, 7 as version, 1 as day, true as deleted', 'id = last');
}

export async function plantDimensions(database: Database, plan: Plan): Promise<void> {
  for (const dimension of dimensions(plan)) await plantDimension(database, dimension);
}
