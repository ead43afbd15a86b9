import path from 'node:path';
import { test } from 'node:test';
import { type CommandEntry, commands, everywhere, exits, type OptionEntry } from './commands.ts';
import { spelled, usage } from './help.ts';

const rows = (heads: readonly string[], cells: readonly (readonly string[])[]): string[] => [
  `| ${heads.join(' | ')} |`,
  `|${heads.map(() => '---').join('|')}|`,
  ...cells.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
];
const optionRows = (options: Readonly<Record<string, OptionEntry>>): string[] =>
  rows(
    ['option', ''],
    Object.entries(options).map(([name, option]) => [`\`${spelled(name, option)}\``, option.about]),
  );

const section = (entry: CommandEntry): string[] => [
  `## esteira ${entry.name}`,
  '',
  `    esteira ${usage(entry, 'long')}`,
  '',
  [entry.about, entry.more].filter(Boolean).join(' '),
  '',
  ...entry.arguments.map(({ name, about }) => `- \`<${name}>\`: ${about}`),
  ...(entry.arguments.length > 0 ? [''] : []),
  ...(Object.keys(entry.options).length > 0 ? [...optionRows(entry.options), ''] : []),
  ...entry.examples.map(({ line, about }) => `    ${line.padEnd(60)} # ${about}`),
  '',
];

const reference = (): string =>
  `${[
    '# The command line',
    '',
    'Made from the table of commands by its test; `npm test -- --test-update-snapshots src/cli/reference.test.ts` writes it anew.',
    '',
    '## Everywhere',
    '',
    ...optionRows(everywhere),
    '',
    'Results go to standard output; errors, and what is waited for, to standard error. With `--json` standard output has exactly one',
    'document: the result, or `{ "error": { "code", "nature", "what", "where", "got", "allowed", "next" } }`, with the same exit code. An error',
    'that has no name of its own has the code `UNEXPECTED`.',
    '',
    ...rows(
      ['exit code', ''],
      exits.map(([code, means]) => [String(code), means]),
    ),
    '',
    'Ctrl-C cancels: what goes on is rolled back, what was published stays. A second one ends the process at once; the next run goes on where',
    'it stood.',
    '',
    '`NO_COLOR` turns colours off, `COLUMNS` gives the width where there is no terminal (else 80), `ESTEIRA_NOW` an instant, or a file with',
    'one, in the place of the clock.',
    '',
    ...commands.flatMap(section),
  ]
    .join('\n')
    .trimEnd()}\n`;

test('docs/reference/cli.md says what the table of commands says', (t) => {
  const file = path.join(import.meta.dirname, '..', '..', 'docs', 'reference', 'cli.md');
  t.assert.fileSnapshot(reference(), file, { serializers: [String] });
});
