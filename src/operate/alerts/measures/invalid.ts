import type { AnyTable } from '../../../define/index.ts';
import { invalidPlaceOf } from '../../../plan/index.ts';
import { hidden } from '../../../ports/index.ts';
import { count, counted } from '../../numbers.ts';
import { median, type Subject } from '../subject.ts';
import { commandIn, shareText } from '../words.ts';
import type { Measured } from './measured.ts';
import type { Brought } from './rows.ts';

/** Tables, and rules of each, that are told in full. */
const mostTables = 5;
const mostFlags = 3;

/** Each table for itself. */
export function measureInvalid(brought: readonly Brought[], subject: Subject): Measured {
  const { project } = subject;
  const shares = brought.map((one) => {
    const { in: all = 0, invalid = 0 } = one.step.account ?? {};
    return { one, all, invalid, ...(all > 0 ? { value: invalid / all } : {}) };
  });
  const worstFirst = (broken: readonly string[]) =>
    shares.filter(({ one }) => broken.includes(one.label)).toSorted((a, b) => b.invalid - a.invalid);
  return {
    parts: shares.map(({ one, value }) => ({ of: one.label, ...(value === undefined ? {} : { value }) })),
    what: (worst, value) => {
      const { invalid = 0, all = 0 } = shares.find(({ one }) => one.label === worst) ?? {};
      return `${worst}: ${shareText(value)} of its rows are invalid (${count(invalid)} of ${count(all)})`;
    },
    facts: async (broken) => {
      const told = worstFirst(broken);
      const lines: string[] = [];
      for (const { one, invalid, all } of told.slice(0, mostTables))
        lines.push(
          `${one.label}${project.graph.suffix}: ${counted(invalid, 'row')} of ${count(all)}, ${shareText(invalid / all)}${await usualShare(one, subject)}`,
          ...(await flagLines(one, subject)),
        );
      if (told.length > mostTables)
        lines.push(
          `and ${counted(told.length - mostTables, 'more table')}: ${told
            .slice(mostTables)
            .map(({ one, invalid, all }) => `${one.label} ${count(invalid)} of ${count(all)}`)
            .join(', ')}`,
        );
      return lines;
    },
    look: (broken) =>
      worstFirst(broken)
        .slice(0, 1)
        .map(({ one }) => commandIn(project, `show ${one.label}${project.graph.suffix}`)),
  };
}

async function usualShare(one: Brought, subject: Subject): Promise<string> {
  const before = await subject.before([one.id]);
  const shares = before.flatMap(({ steps }) => {
    const { in: all = 0, invalid = 0 } = steps.get(one.id)?.account ?? {};
    return all > 0 ? [invalid / all] : [];
  });
  const usual = median(shares);
  return usual === undefined
    ? ', no run before to compare with'
    : `; usually ${shareText(usual)} (${counted(shares.length, 'run')} before)`;
}

/** The rules that most rows break, how often that was usual, since when it is not, and one such row. */
async function flagLines(one: Brought, subject: Subject): Promise<readonly string[]> {
  const flags = Object.entries(one.step.details?.flags ?? {}).toSorted(([, a], [, b]) => b - a);
  const before = await subject.before([one.id]);
  const ofBefore = before.flatMap(({ date, steps }) => {
    const step = steps.get(one.id);
    return step?.account ? [{ date, account: step.account, flags: step.details?.flags ?? {} }] : [];
  });
  const lines: string[] = [];
  for (const [flag, rows] of flags.slice(0, mostFlags)) {
    const usual = median(ofBefore.map(({ flags: own }) => own[flag] ?? 0));
    const isUsual = usual !== undefined && rows <= usual;
    const than = usual === undefined || isUsual ? '' : `, usually in ${count(Math.round(usual))}`;
    lines.push(
      `  ${flag} is false in ${counted(rows, 'row')}${than}${isUsual ? ', as usual' : sinceText(flag, rows, one, { ofBefore, date: subject.values.date })}`,
    );
    const example = await exampleOf(one, flag, subject);
    if (example !== undefined) lines.push(`    such as ${example}`);
  }
  if (flags.length > mostFlags) lines.push(`  and ${counted(flags.length - mostFlags, 'more rule')}`);
  return lines;
}

/** Among how many of its rows a rule must be broken, compared with now, to count as the same trouble. */
const alike = 0.5;

function sinceText(
  flag: string,
  rows: number,
  { step }: Brought,
  {
    ofBefore,
    date,
  }: {
    readonly ofBefore: readonly {
      readonly date: Temporal.PlainDate;
      readonly account: { readonly in: number };
      readonly flags: Readonly<Record<string, number>>;
    }[];
    readonly date: Temporal.PlainDate;
  },
): string {
  if (ofBefore.length === 0) return '';
  const now = rows / Math.max(1, step.account?.in ?? 1);
  let since = date;
  for (const { date: day, account, flags } of ofBefore) {
    if ((flags[flag] ?? 0) / Math.max(1, account.in) < now * alike) break;
    since = day;
  }
  return since.equals(date) ? `, since this run` : `, since the run of ${since}`;
}

/** A row of this run that breaks the rule, as it came. */
async function exampleOf(
  { definition, step }: Brought,
  flag: string,
  { project }: Subject,
): Promise<string | undefined> {
  const { graph, warehouse } = project;
  if ((definition as AnyTable).spec?.invalid !== 'set aside') return undefined;
  const { identifier, literal, place } = warehouse.dialect;
  const from = place(invalidPlaceOf(graph.nodeOf(definition), graph.suffix));
  const ofRun = `case when run_id = ${literal(step.runId)} then 0 else 1 end`;
  const text = `select ${hidden.original}, ${hidden.row} from ${from} where not ${identifier(flag)} order by ${ofRun}, refused_at desc, ${hidden.row} limit 1`;
  const { rows } = await warehouse.query(text, { limit: 1, catalogs: graph.catalogs });
  const [original, row] = rows[0] ?? [];
  if (original === undefined || original === null) return undefined;
  const example = typeof original === 'string' ? original : JSON.stringify(original);
  const shown = example.length > longest ? `${example.slice(0, longest)}…` : example;
  return `${shown}${row ? ` (${row})` : ''}`;
}
const longest = 500;
