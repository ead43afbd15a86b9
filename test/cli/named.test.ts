import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import * as credit from '../../pipelines/credit/definitions/4-jobs.ts';
import { commands, everywhere } from '../../src/cli/commands.ts';
import type { Monitor } from '../../src/define/index.ts';
import { root } from '../sandbox.ts';

const names = new Set(commands.map(({ name }) => name));
const firstWords = new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''));

/** What a text names as a command: `esteira`, then a word, options between them or not. Of the rest of the line only the options are looked at. */
function wrongIn(text: string): readonly string[] {
  const found = text.matchAll(
    /(?<![\w/.@'"-])esteira((?: --[a-z-]+(?: [^\s-]\S*)?)*) ([a-z]+(?:-[a-z]+)*)(?: ([a-z]+))?((?:(?!esteira |\. )[^`\n|;:()])*)/g,
  );
  return [...found].flatMap(([whole, before = '', first = '', second = '', rest = '']) => {
    if (!firstWords.has(first)) return [whole];
    const name = names.has(`${first} ${second}`) ? `${first} ${second}` : first;
    const own = commands.find((one) => one.name === name)?.options ?? {};
    const options = `${before} ${rest}`.matchAll(/ --([a-z][a-z-]*)/g);
    const strange = [...options]
      .map(([, option = '']) => option)
      .filter((option) => !(option in own) && !(option in everywhere));
    return strange.map((option) => `${whole}: --${option}`);
  });
}

test('every command that an error, a message or a document names exists, with its options', () => {
  const files = globSync(
    [
      'src/**/*.ts',
      'template/**/*.{ts,md}',
      'pipelines/**/*.{ts,md}',
      'docs/**/*.md',
      'README.md',
      'test/errors/texts/*.txt',
    ],
    {
      cwd: root,
    },
  ).filter((file) => !/\.test\.ts$|conformance/.test(file));
  assert.ok(files.length > 300);
  const wrong = files.flatMap((file) =>
    wrongIn(readFileSync(path.join(root, file), 'utf8').replaceAll(mistakes, '')).map((text) => `${file}: ${text}`),
  );
  assert.deepEqual(wrong, []);
});
/** What a person is shown to have typed wrongly. */
const mistakes = /^ *\$ esteira .*$|esteira rnu|--agian|package esteira than|esteira state \$|esteira help/gm;

test('what a monitor of the pipelines says to look at next exists', () => {
  const told = Object.values(credit as Readonly<Record<string, unknown>>).filter(
    (one): one is Monitor => (one as Monitor).kind === 'monitor',
  );
  assert.equal(told.length, 6);
  for (const { next = '', name } of told) {
    assert.match(next, /esteira [a-z]/, name);
    assert.deepEqual(wrongIn(next), [], name);
  }
});

test('a command that there is none of, or an option that it does not have, would be found', () => {
  assert.deepEqual(wrongIn('next: esteira diagnoze latest'), ['esteira diagnoze latest']);
  assert.equal(wrongIn('`esteira run daily --dat 2026-01-01`').length, 1);
  assert.deepEqual(wrongIn('`esteira --env dev settings set a.b 1 --reason x`, esteira alerts test'), []);
});
