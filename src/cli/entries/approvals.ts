import { argument, type CommandEntry, limit, type OptionEntry } from './entry.ts';

const rows = argument('table', true, 'The table of rows that were let through, or that whose rows they are.');
const state: OptionEntry = {
  takes: 'list',
  value: '<state>',
  about:
    'proposed, edited, approved once, approved, rejected, applied, expired or replaced; by default what waits. May be repeated.',
};
const reason: OptionEntry = { takes: 'text', value: '<text>', about: 'Why; kept with the answer.' };
const where: OptionEntry = {
  takes: 'pairs',
  value: '<column=value>',
  about: 'Only lines that say so, as they stand. May be repeated; of one column several times, one of them.',
};
const seen: OptionEntry = {
  takes: 'text',
  value: '<text>',
  about:
    'With --where: what the list said of the lines that were seen; where they are others by now, none is answered.',
};
const rule: OptionEntry = {
  takes: 'text',
  value: '<name>',
  about: 'All that wait and this bulk rule holds for, in the place of lines.',
};
const lines = {
  ...argument('lines', false, 'Lines with the version that was seen, as the list shows them: 3f9a01c2d4e5b678@1.'),
  many: true,
};

/** What people do with rows that wait for them. */
export const ofApprovals: readonly CommandEntry[] = [
  {
    name: 'approvals list',
    about: 'Rows that people are to let through.',
    more: 'Of each table how many wait, and became what; of one, or the only one, the lines that wait, what approving them would change, and whether a second person is needed. Each line is shown with its version: an answer is given to what was seen.',
    arguments: [argument('table', false, 'One of them, or the table whose rows they are.')],
    options: {
      state,
      rule: { ...rule, about: 'Only lines that this bulk rule holds for.' },
      where,
      limit: limit('At most so many lines; by default 50.'),
    },
    examples: [
      { line: 'esteira approvals list', about: 'what waits' },
      { line: 'esteira approvals list recommendations_v1 --where region=sul', about: 'what waits of one region' },
      { line: 'esteira approvals list recommendations_v1 --state rejected', about: 'what was rejected, and why' },
    ],
    load: async () => (await import('../commands/approvals.ts')).approvalsList,
  },
  {
    name: 'approvals show',
    about: 'A line, and who did what with it.',
    arguments: [rows, argument('line', true, 'Its name, or the beginning of it.')],
    options: {},
    examples: [{ line: 'esteira approvals show recommendations_v1 3f9a01', about: 'the row, and its history' }],
    load: async () => (await import('../commands/approvals.ts')).approvalsShow,
  },
  {
    name: 'approvals approve',
    about: 'Let lines through.',
    more: 'By somebody of the group. Nobody approves what they have changed; where a second person is needed, it is another one, of the other group. A line that somebody has changed since it was seen is left, and said. The next run of a job that builds the rows applies what is approved.',
    arguments: [rows, lines],
    options: { rule, where, seen, reason },
    examples: [
      { line: 'esteira approvals approve recommendations_v1 3f9a01c2d4e5b678@1', about: 'one, as it was seen' },
      {
        line: 'esteira approvals approve recommendations_v1 --rule "small steps"',
        about: 'all that a bulk rule holds for',
      },
      {
        line: 'esteira approvals approve recommendations_v1 --where region=sul --seen 9c41aa02d4e5b678',
        about: 'all of one region, as they were seen',
      },
    ],
    load: async () => (await import('../commands/approvals.ts')).approvalsApprove,
  },
  {
    name: 'approvals reject',
    about: 'Refuse lines.',
    more: 'With a reason, one of those that the definition names where it names some. A line that was approved can be rejected until a run takes it.',
    arguments: [rows, lines],
    options: { rule, where, seen, reason: { ...reason, about: 'Why; must be given.' } },
    examples: [{ line: 'esteira approvals reject recommendations_v1 3f9a01c2d4e5b678@1 --reason brand', about: 'one' }],
    load: async () => (await import('../commands/approvals.ts')).approvalsReject,
  },
  {
    name: 'approvals edit',
    about: 'Change a line.',
    more: 'Columns that the definition names; the rules of the table hold for the new values too. Somebody else is to approve it then, and what others had approved before is asked for anew.',
    arguments: [rows, argument('line', true, 'The line with the version that was seen.')],
    options: { set: { takes: 'pairs', value: '<column>=<value>', about: 'The new value. May be repeated.' }, reason },
    examples: [
      {
        line: 'esteira approvals edit recommendations_v1 3f9a01c2d4e5b678@1 --set recommended_price=9.90',
        about: 'another price',
      },
    ],
    load: async () => (await import('../commands/approvals.ts')).approvalsEdit,
  },
  {
    name: 'approvals export',
    about: 'Write lines to a CSV file.',
    more: 'To be worked on in a spreadsheet: change columns that may be edited, write approve or reject under decision, and give it back with `approvals import`.',
    arguments: [rows, argument('file', true, 'The file.')],
    options: {
      state,
      rule: { ...rule, about: 'Only lines that this bulk rule holds for.' },
      where,
      'decimal-comma': {
        takes: 'nothing',
        about: 'For spreadsheets that write 9,90: numbers with a comma, semicolons between cells.',
      },
    },
    examples: [
      { line: 'esteira approvals export recommendations_v1 prices.csv', about: 'what waits' },
      {
        line: 'esteira approvals export recommendations_v1 south.csv --where region=sul',
        about: 'what waits of one region',
      },
    ],
    load: async () => (await import('../commands/approvals.ts')).approvalsExport,
  },
  {
    name: 'approvals import',
    about: 'Take answers from a CSV file.',
    more: 'Each line as it was exported: one that somebody has changed since is left, and said. A line that was changed in the file is edited, whatever stands under decision, unless it is rejected: somebody else approves it.',
    arguments: [rows, argument('file', true, 'A file that `approvals export` has written.')],
    options: { reason: { ...reason, about: 'Why, where the file does not say so.' } },
    examples: [{ line: 'esteira approvals import recommendations_v1 prices.csv', about: 'what was decided elsewhere' }],
    load: async () => (await import('../commands/approvals.ts')).approvalsImport,
  },
];
