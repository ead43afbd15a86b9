// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { copyWith, type Mutant } from '../../../crash/mutants.ts';
import { campaign } from './campaign.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');

/** A build with one of its guarantees taken out, and where it is killed. */
const controls: readonly (Mutant & { readonly points: readonly string[] })[] = [
  {
    what: 'rows that are committed before their place in the log is',
    file: 'src/adapters/duckdb/publish/land.ts',
    was: '    await session.run(recordSql(into, part, landed));',
    is: "    await session.run('commit; begin transaction');\n    await session.run(recordSql(into, part, landed));",
    points: ['before-commit'],
  },
  {
    what: 'a server that may forget before anything is landed',
    file: 'src/adapters/postgres/changes/stream.ts',
    was: "    await trace('received');",
    is: "    this.#landed = position;\n    this.#say(false);\n    await new Promise((resolve) => setTimeout(resolve, 200));\n    await trace('received');",
    points: ['staged', 'before-commit'],
  },
];

describe('what lands each change once is needed', { skip: withoutServer }, () => {
  for (const control of controls)
    test(`found out: ${control.what}`, async () => {
      const home = copyWith(control);
      cpSync(path.join(root, 'bin'), path.join(home, 'bin'), { recursive: true });
      const found = await campaign({ seed: 3, kills: 3, crashes: 0, home, points: control.points }).then(
        ({ differences }) => differences.join('; '),
        (error: unknown) => String(error),
      );
      assert.match(found, /changes landed|^things: change|wholes: change|identity is there twice|CHANGES_LOST/);
    });
});
