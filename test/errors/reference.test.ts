import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { exits } from '../../src/cli/commands.ts';
import { catalogue, type ErrorCode } from '../../src/errors.ts';
import { root } from '../sandbox.ts';
import { lines } from './wrap.ts';

const codes = Object.keys(catalogue) as ErrorCode[];
const texts = path.join(import.meta.dirname, 'texts');

/** The first thing that gives it, and what a person reads then. */
function example(code: ErrorCode): readonly string[] {
  const [doing = '', ...rest] =
    readFileSync(path.join(texts, `${code}.txt`), 'utf8')
      .split('\n\n')[0]
      ?.split('\n') ?? [];
  const shown = rest.filter((line) => !/^exit \d+$/.test(line));
  return [doing, '', ...shown.flatMap((line) => lines(line, 116)).map((line) => `    ${line}`.trimEnd())];
}

const section = (code: ErrorCode): readonly string[] => {
  const { nature, exit, means } = catalogue[code];
  return [`## ${code}`, '', `${means} Exit code ${exit}, ${nature}.`, '', ...example(code), ''];
};

const reference = (): string =>
  `${[
    '# Errors',
    '',
    'Made from the catalogue (`src/errors.ts`) and from what the command line says in `test/errors`;',
    '`npm test -- --test-update-snapshots test/errors` writes it anew.',
    '',
    'Each error has a code and says what is wrong, where (a definition with its file and line, a run, a file), what was found, what is allowed, and',
    'what to do next. `terminal`: something must be changed first. `transient`: the same command may succeed later. With `--json` the same is one',
    'document, `{ "error": { "code", "nature", "what", "where", "got", "allowed", "next" } }`, with the same exit code. When one step of a run',
    'fails, its error is the run’s.',
    '',
    '| exit code | |',
    '|---|---|',
    ...exits.map(([code, means]) => `| ${code} | ${means} |`),
    '',
    '| code | exit code | nature | means |',
    '|---|---|---|---|',
    ...codes.map((code) => {
      const { nature, exit, means } = catalogue[code];
      return `| [${code}](#${code.toLowerCase()}) | ${exit} | ${nature} | ${means.replaceAll('|', '\\|')} |`;
    }),
    '',
    ...codes.flatMap(section),
  ]
    .join('\n')
    .trimEnd()}\n`;

test('docs/reference/errors.md lists every code with what a person reads', (t) => {
  t.assert.fileSnapshot(reference(), path.join(root, 'docs/reference/errors.md'), { serializers: [String] });
});

test('every text is of a code that there is', () => {
  const known = readdirSync(texts).map((name) => path.basename(name, '.txt'));
  assert.deepEqual(known.toSorted(), codes.toSorted());
});

test('every code that is thrown is in the catalogue, and every code of the catalogue is thrown', () => {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.ts$/.test(name) && !/\.test\.ts$|conformance/.test(name) && name !== 'errors.ts',
  );
  const thrown = new Set<string>();
  for (const name of [...sources, 'errors.ts']) {
    const text = readFileSync(path.join(root, 'src', name), 'utf8');
    for (const [, code = ''] of text.matchAll(/new EsteiraError\(\s*'([A-Z_]+)'/g)) thrown.add(code);
  }
  assert.deepEqual([...thrown].toSorted(), codes.toSorted());
});
