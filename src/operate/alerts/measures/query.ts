import type { Measure } from '../../../define/index.ts';
import { definitionOf, placeOf, spellBody } from '../../../plan/index.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { counted, moment } from '../../numbers.ts';
import { jsonValue } from '../../values.ts';
import { labelOf, type Subject } from '../subject.ts';
import { boundText, commandIn, timeText } from '../words.ts';
import type { Measured } from './measured.ts';

/** Rows of a query for what should not be that are shown. */
const shown = 3;

async function ask(text: string, { project }: Subject, limit = 1) {
  const { catalogs } = project.graph;
  return project.warehouse.query(text, { limit, catalogs });
}

/** A query of a definition, over the tables as they are. */
export async function measureQuery(
  { measure, query }: Extract<Measure, { readonly query: unknown }>,
  subject: Subject,
): Promise<Measured> {
  const { project, values } = subject;
  const text = spellBody(query, wholeSpelling({ project, values }));
  const look = () =>
    [...new Set(query.reads.map((one) => labelOf(one, project.graph)))]
      .slice(0, 1)
      .map((label) => commandIn(project, `show ${label}`));
  if (measure === 'scalar') {
    const { rows } = await ask(text, subject);
    const found = rows[0]?.[0];
    const value = found === null || found === undefined ? undefined : Number(found);
    if (value !== undefined && Number.isNaN(value))
      throw new TypeError(`the query gives ${String(found)}, which is no number`);
    return {
      parts: [{ of: 'query', ...(value === undefined ? {} : { value }) }],
      what: (_, number) => `the number is ${boundText('scalar', '<=', number).replace('at most ', '')}`,
      facts: async () => [],
      look,
    };
  }
  const { rows } = await ask(`select count(*) from (${text}\n) as found`, subject);
  return {
    parts: [{ of: 'query', value: Number(rows[0]?.[0] ?? 0) }],
    what: (_, number) => `${counted(number, 'row')} that should not be there`,
    facts: async () => {
      const some = await ask(text, subject, shown);
      const names = some.columns.map(({ name }) => name);
      return some.rows.map((row) => {
        const object = Object.fromEntries(row.map((value, index) => [names[index], jsonValue(value)]));
        return `such as ${JSON.stringify(object)}`;
      });
    },
    look,
  };
}

/** Time since the newest value of a column; of a day since its beginning in UTC. */
export async function measureAge(
  { rows, column }: Extract<Measure, { readonly measure: 'age' }>,
  subject: Subject,
): Promise<Measured> {
  const { project } = subject;
  const { dialect } = project.warehouse;
  const node = project.graph.nodeOf(definitionOf(rows));
  const label = labelOf(node.definition, project.graph);
  const found = await ask(`select max(${dialect.identifier(column)}) from ${dialect.place(placeOf(node))}`, subject);
  const newest = found.rows[0]?.[0];
  const at = newest instanceof Temporal.PlainDate ? newest.toZonedDateTime('UTC').toInstant() : newest;
  const value = at instanceof Temporal.Instant ? at.until(project.clock.now()).total('milliseconds') : undefined;
  return {
    parts: [{ of: label, ...(value === undefined ? {} : { value }) }],
    what: (_, age) => `the newest ${column} of ${label} is ${timeText(age)} old`,
    facts: async () => [`the newest is of ${moment(String(at))}`],
    look: () => [commandIn(project, `show ${label}`)],
  };
}
