import { userInfo } from 'node:os';
import type { Sandbox } from '../../sandbox.ts';
import { type Case, type Cases, config, shop } from '../case.ts';

const me = userInfo().username;
const varying = new RegExp(`\\b[0-9a-f]{16}\\b|\\b${me}\\b|\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ`, 'g');

/** One price that somebody of a group lets through. */
const prices = (group: string): Pick<Case, 'files' | 'before' | 'varying'> => ({
  files: {
    ...shop(`
export const prices = table('gold.prices', {
  columns: { sku: col.text().key(), price: col.real().min(1) },
  rows: sql\`select 'A' as sku, 10 as price\`,
});
export const approved = prices.approvedBy('sales', { edit: ['price'] });
export const daily = job('daily', { when: byHand, build: [prices] });
`).files,
    ...config({ more: `groups: { sales: ['${group}'] },` }),
  },
  before: [['setup'], ['run', 'daily']],
  varying,
});

/** The line that waits, as it is now. */
async function line(sandbox: Sandbox): Promise<string> {
  const { lines } = await sandbox.ask<{ readonly lines: readonly { readonly line: string }[] }>(
    ...['approvals', 'list', 'gold.prices', '--state', 'proposed', '--state', 'edited', '--state', 'approved'],
  );
  return lines[0]?.line ?? '';
}
const giving: Pick<Case, 'give'> = {
  give: async (sandbox, words) => {
    const name = await line(sandbox);
    return sandbox.run(
      ...words.map((word) => word.replace('<line>', name).replace('<seen>', `${name.slice(0, 16)}@1`)),
    );
  },
};

/** Rows that people let through. */
export const approvals = {
  NOT_ALLOWED: {
    doing: 'Somebody lets a row through who is not in the group.',
    words: ['approvals', 'approve', 'gold.prices', '<line>'],
    ...{ ...prices('ana'), ...giving },
  },
  DECIDED_ALREADY: {
    doing: 'A row is let through that somebody has changed since it was seen.',
    words: ['approvals', 'approve', 'gold.prices', '<seen>'],
    ...prices(me),
    ...giving,
    arrange: async (sandbox: Sandbox) => {
      await sandbox.succeed('approvals', 'edit', 'gold.prices', await line(sandbox), '--set', 'price=11');
      return undefined;
    },
  },
  ROWS_INVALID: {
    doing: 'A row that waits for people is given a value that its column refuses.',
    words: ['approvals', 'edit', 'gold.prices', '<line>', '--set', 'price=0.5'],
    ...{ ...prices(me), ...giving },
  },
} satisfies Partial<Record<keyof Cases, Case>>;
