import type { AnyTable } from '../../define/index.ts';
import type { Account } from '../../ports/index.ts';
import { few } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { type Case, daysOf, type Evidence, type Found } from './evidence.ts';
import { risen } from './unusual.ts';
import { share } from './words.ts';

/** Rows that came once more: the same key twice in one run, or rows that the table has already. */
export async function rowsAgain(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const step of of.at.steps.keys()) {
    const model = evidence.modelOf(step);
    if (model?.kind !== 'table' || (model.node.definition as AnyTable).spec.write === 'replace') continue;
    const days = daysOf(step, of).filter(({ account }) => account.in > 0);
    const [today] = days;
    if (today?.date !== of.at.run.date.toString()) continue;
    const rose = measures.flatMap((rows) => {
      const parts = days.map(({ account }) => ({ some: rows(account), of: account.in }));
      const change = risen(parts);
      return change && change.before.of > 0 && parts[0] ? [{ now: parts[0], before: change.before }] : [];
    });
    const [most] = rose.toSorted((one, other) => other.now.some - one.now.some);
    if (!most) continue;
    const { now, before } = most;
    const { node } = model;
    const { account } = today;
    const kinds = [
      [account.duplicates, 'with a key that another row of the same run has'],
      [account.unchanged, 'that say what the table has already'],
      [account.stale, 'that are older than what the table has'],
    ] as const;
    found.push({
      cause: 'same rows again',
      node,
      isEffect: true,
      weight: now.some,
      short: `${counted(now.some, 'row')} of ${nameOf(node)} came once more`,
      what: `${nameOf(node)}: ${count(now.some)} of ${counted(now.of, 'row')} (${share(now.some, now.of)}) came once more on ${today.date}; before it was ${share(before.some, before.of)}`,
      evidence: [
        ...kinds.filter(([rows]) => rows > 0).map(([rows, what]) => `${counted(rows, 'row')} ${what}`),
        ...(await deliveredTwice(evidence.above(node), evidence)),
        'Nothing is twice in the table: it keeps one row for each key.',
      ],
      next: ['Ask who delivers it why rows are sent again.', `esteira show ${nameOf(node)}`],
    });
  }
  return found;
}

/** Several changes of one key in a day are usual in many tables; what the table has already is not. */
const measures: readonly ((account: Account) => number)[] = [
  ({ duplicates }) => duplicates,
  ({ stale, unchanged }) => stale + unchanged,
];

/** Files of one size that were read for the first time by these runs: often one file under two names. */
async function deliveredTwice(above: ReadonlySet<string>, { project, models }: Evidence): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const { node, reads } of models.values()) {
    if (!above.has(node.id)) continue;
    for (const read of reads.filter(({ how }) => how === 'new files')) {
      const reader = project.readerOf(read.node.definition as Parameters<typeof project.readerOf>[0]);
      if (reader.by !== 'files') continue;
      const files = await project.files.list((reader.options.pattern ?? '').replaceAll('{date}', '*'));
      const alike = [
        ...Map.groupBy(
          files.filter(({ bytes }) => bytes > 100),
          ({ bytes }) => bytes,
        ).values(),
      ];
      for (const same of alike.filter(({ length }) => length > 1))
        texts.push(
          `${few(same.map(({ path }) => path))} have the same size (${count(same[0]?.bytes ?? 0)} bytes): one file delivered twice?`,
        );
    }
  }
  return texts.slice(0, 3);
}
