import { keyOf } from '../columns/index.ts';
import type { AnyTable } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Node, whereOf } from '../graph/index.ts';
import { placeOf } from '../plan/index.ts';
import { hidden, placeText } from '../ports/index.ts';
import { type Project, targetOf, targetsOf } from '../run/index.ts';
import { nameOf, nodeNamed, unknownName } from './names.ts';
import type { Input, WriteBackView } from './views.ts';

/** So many deliveries are shown, and so many rows. */
const mostRuns = 10;
const mostRows = 100;

/** What was written elsewhere of a table, by run, and the rows that are not there; or the SQL that makes it quick. Throws NAME_UNKNOWN. */
export async function writeBack(project: Project, { name, sql }: Input<'write-back'>): Promise<WriteBackView> {
  const node = nodeNamed(project, name);
  if (!node) throw unknownName(name, [...project.graph.nodes.values()]);
  const definition = node.definition as AnyTable;
  if (definition.spec?.copiedTo) throw onlyCopied(node);
  if (!definition.spec?.keptIn) throw notKept(node, project);
  const of = { table: nameOf(node), runs: [], failed: [], failedRows: 0 };
  if (sql) {
    const { table, asked } = targetOf(definition);
    return { ...of, sql: (await targetsOf(project, definition).sql(table, asked)) ?? '' };
  }
  const [receipts, batches] = [definition.receipts, definition.batches].map((one) => project.graph.nodeOf(one));
  const there = new Set((await project.warehouse.inspect(node.catalog)).map(({ place }) => placeText(place)));
  if (!receipts || !batches || !there.has(receipts.id)) return of;
  return { ...of, runs: await runsOf(batches, project), ...(await failuresOf(node, receipts, project)) };
}

async function runsOf(batches: Node, { warehouse }: Project): Promise<WriteBackView['runs']> {
  const { identifier, place } = warehouse.dialect;
  const sums = ['row_count', 'sent', 'unchanged', 'failed', 'retries'].map((one) => `sum(${identifier(one)})`);
  const sql = `select run_id, max(delivered_at) as newest, count(*), ${sums.join(', ')} from ${place(placeOf(batches))}
    group by run_id order by newest desc limit ${mostRuns}`;
  const { rows } = await warehouse.query(sql, { limit: mostRuns, catalogs: [batches.catalog] });
  return rows.map(([runId, at, ...counts]) => {
    const [all = 0, total = 0, sent = 0, unchanged = 0, failed = 0, retries = 0] = counts.map(Number);
    return { runId: String(runId), at: String(at), batches: all, rows: total, sent, unchanged, failed, retries };
  });
}

/** Rows that the table has, and of which the newest receipt says that they failed: how many, and the first of them. */
async function failuresOf(
  table: Node,
  receipts: Node,
  { warehouse }: Project,
): Promise<Pick<WriteBackView, 'failed' | 'failedRows'>> {
  const { identifier, place } = warehouse.dialect;
  const key = keyOf(receipts.definition.columns);
  const from = place(placeOf(receipts));
  const sequence = identifier(hidden.sequence);
  const same = key.map((name) => `n.${identifier(name)} = r.${identifier(name)}`).join(' and ');
  const catalogs = [receipts.catalog];
  const names = key.map((name) => `r.${identifier(name)}`).join(', ');
  const failed = `from ${from} as r where r.status = 'failed'
    and exists (select 1 from ${place(placeOf(table))} as n where ${same})
    and not exists (select 1 from ${from} as n where ${same} and n.${sequence} > r.${sequence})`;
  const counted = await warehouse.query(`select count(*) ${failed}`, { limit: 1, catalogs });
  const first = `select ${names}, r.reason, r.run_id ${failed} order by ${names}`;
  const { rows } = await warehouse.query(first, { limit: mostRows, catalogs });
  const shown = rows.map((row) => ({
    key: key.map((name, index) => `${name} ${String(row[index])}`).join(', '),
    reason: String(row[key.length] ?? ''),
    runId: String(row[key.length + 1]),
  }));
  return { failed: shown, failedRows: Number(counted.rows[0]?.[0] ?? 0) };
}

const onlyCopied = (node: Node): EsteiraError =>
  new EsteiraError('NAME_UNKNOWN', {
    what: `${node.definition.name} is copied as a whole: no row of it is written back by itself.`,
    where: whereOf(node.definition),
    next: `What was copied, and when: esteira show ${nameOf(node)}_copies`,
  });

const notKept = ({ definition }: Node, { graph }: Project): EsteiraError => {
  const kept = [...graph.nodes.values()].filter((one) => (one.definition as AnyTable).spec?.keptIn);
  return new EsteiraError('NAME_UNKNOWN', {
    what: `${definition.name} is written nowhere else.`,
    where: whereOf(definition),
    allowed: kept.map(nameOf).join(', ') || 'no table of this project is kept elsewhere',
    next: "A table says it with keptIn: app.keep('users').",
  });
};
