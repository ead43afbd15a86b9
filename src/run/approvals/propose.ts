import { type Columns, keyOf, millisecondsOf, parseDuration } from '../../columns/index.ts';
import type { AnyRows } from '../../define/index.ts';
import { placeOf } from '../../plan/index.ts';
import {
  hidden,
  type Line,
  type LineState,
  type LinesRead,
  type NewLine,
  type Publication,
} from '../../ports/index.ts';
import { settingText } from '../settings.ts';
import { type Approving, factsOf, holding, tableOf } from './asked.ts';
import { digest, lineValue, relationOfLines } from './values.ts';

/** Somebody may still answer these. */
const open: readonly LineState[] = ['proposed', 'edited', 'approved once', 'approved'];
/** Lines that are looked for in the table at once. */
const portion = 5000;

/**
 * Proposes to people the rows that the table has had since somebody looked last, and takes back what it has no row for any more. Whoever does the same at
 * one time is waited for; nothing is done where nothing was published.
 */
export async function proposeLines(approving: Approving): Promise<void> {
  const { node, project } = approving;
  const table = tableOf(approving);
  const { approvals } = project.state;
  for (;;) {
    const { fences, generations, latest } = await project.warehouse.position(table.catalog);
    const name = `${table.schema}.${table.table}`;
    const upTo = fences.get(name)?.sequence;
    if (upTo === undefined) return;
    const generation = generations.get(name) ?? '';
    const publication = latest.get(name);
    const since = await approvals.read(node.id);
    // A warehouse that was brought back from a copy gives the numbers of what it has lost once more.
    const isKept = since === undefined || (await isThere(since, publication, approving));
    const isOn = isKept && since?.generation === generation && since.upTo <= upTo;
    if (isOn && since.upTo === upTo && (since.publication || !publication)) break;
    const read: LinesRead = {
      ...{ upTo, generation, restored: (since?.restored ?? 0) + (isKept ? 0 : 1) },
      ...(publication && { publication: { runSeq: publication.runSeq, token: publication.token } }),
    };
    const lines = await newLines(approving, read.restored, isOn ? since.upTo : undefined);
    const gone = since ? await goneFrom(approving) : [];
    if (await approvals.propose(node.id, { lines, gone, since, read, now: project.clock.now() })) break;
  }
  await approvals.expire(node.id, project.clock.now());
}

/** Whether the warehouse has the publication up to which was read; of one that an older Esteira has read that is not known. */
async function isThere(
  { upTo, publication: read }: LinesRead,
  newest: Publication | undefined,
  approving: Approving,
): Promise<boolean> {
  if (!read) return true;
  const is = ({ runSeq, token, sequence }: Publication): boolean =>
    runSeq === read.runSeq && token === read.token && sequence === upTo;
  if (newest && is(newest)) return true;
  const { catalog, id } = tableOf(approving);
  const those = { after: read.runSeq - 1n, upTo: read.runSeq };
  return (await approving.project.warehouse.published(catalog, those)).some((one) => one.step === id && is(one));
}

async function newLines(
  approving: Approving,
  restored: number,
  since: bigint | undefined,
): Promise<readonly NewLine[]> {
  const { node, project, values } = approving;
  const { dialect } = project.warehouse;
  const { only, approvesItself, second, expires } = factsOf(approving);
  const table = tableOf(approving);
  const columns: Columns = table.definition.columns;
  const names = Object.keys(columns);
  const key = keyOf(columns);
  const rules = Object.keys(approvesItself);
  const holds = Object.values(approvesItself).map((one) => holding(one, approving));
  const asked = [second ? holding(second.when, approving) : 'false', ...holds];
  const sequence = dialect.identifier(hidden.sequence);
  const list = [sequence, ...names.map(dialect.identifier), ...asked.map((text, index) => `${text} as _x${index}`)];
  const wanted = [
    ...(since === undefined ? [] : [`${sequence} > ${dialect.literal(since)}`]),
    ...(only ? [holding(only, approving)] : []),
  ];
  const query = `select ${list.join(', ')} from ${dialect.place(placeOf(table))}${wanted.length > 0 ? ` where ${wanted.join(' and ')}` : ''}
    order by ${key.map(dialect.identifier).join(', ')}`;
  // One statement: a publication meanwhile moves no row out of what is read.
  const { rows } = await project.warehouse.query(query, {
    limit: Number.MAX_SAFE_INTEGER,
    catalogs: project.graph.catalogs,
  });
  const proposedAt = project.clock.now();
  const time = typeof expires === 'object' ? settingText(expires, values.settings, project) : expires;
  // What was lost and is published again is asked for again, also where it says the same under the same number.
  const history = restored === 0 ? [] : [String(restored)];
  const milliseconds = time === undefined ? undefined : millisecondsOf(time as `${number} days`);
  const ends =
    milliseconds === undefined || !parseDuration(String(time)) ? {} : { expiresAt: proposedAt.add({ milliseconds }) };
  return rows.map(([written, ...rest]) => {
    const row = Object.fromEntries(names.map((name, index) => [name, lineValue(rest[index])]));
    const [isSecond, ...itself] = rest.slice(names.length);
    const rule = isSecond === true ? undefined : rules.find((_, index) => itself[index] === true);
    const subject = subjectOf(row, key);
    const content = digest(JSON.stringify(row));
    return {
      ...{
        line: digest(node.id, subject, content, String(written), ...history),
        subject,
        content,
        row,
        proposedAt,
        ...ends,
      },
      ...(rule === undefined ? {} : { rule }),
    };
  });
}

const subjectOf = (row: Line['row'], key: readonly string[]): string =>
  digest(...key.map((name) => JSON.stringify(row[name])));

/** Subjects of lines that somebody may still answer, of which no row is to be answered any more. */
async function goneFrom(approving: Approving): Promise<readonly string[]> {
  const { node, project } = approving;
  const gone: string[] = [];
  for (let after = 0; ; ) {
    const lines = await project.state.approvals.lines({ approval: node.id, states: open, after, limit: portion });
    const last = lines.at(-1);
    if (!last) return gone;
    const names = await withoutRow(lines, approving, factsOf(approving).only);
    gone.push(...lines.filter(({ line }) => names.has(line)).map(({ subject }) => subject));
    after = last.number;
  }
}

/** Those of whose key the table has no row; `only`: none of which that holds. */
export async function withoutRow(
  all: readonly Pick<Line, 'line' | 'row'>[],
  approving: Approving,
  only?: AnyRows,
): Promise<ReadonlySet<string>> {
  const { project } = approving;
  const { dialect } = project.warehouse;
  const table = tableOf(approving);
  const columns: Columns = table.definition.columns;
  const keys = keyOf(columns);
  const keyColumns = Object.fromEntries(keys.map((name) => [name, columns[name] as Columns[string]]));
  const same = keys.map((name) => `_there.${dialect.identifier(name)} = _asked.${dialect.identifier(name)}`);
  const there = `(select ${keys.map(dialect.identifier).join(', ')} from ${dialect.place(placeOf(table))}${only ? ` where ${holding(only, approving)}` : ''}) as _there`;
  const found = new Set<string>();
  for (let from = 0; from < all.length; from += portion) {
    const those = all.slice(from, from + portion).map(({ line, row }) => ({ line, values: row }));
    const query = `select _line from ${relationOfLines(those, keyColumns, project)} as _asked where not exists (select 1 from ${there} where ${same.join(' and ')})`;
    const { rows } = await project.warehouse.query(query, { limit: portion, catalogs: project.graph.catalogs });
    for (const [line] of rows) found.add(String(line));
  }
  return found;
}
