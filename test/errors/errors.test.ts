import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { catalogue, type ErrorCode, EsteiraError, render } from '../../src/errors.ts';
import { Sandbox } from '../sandbox.ts';
import { type Case, type Cases, numbers, shop } from './case.ts';
import { changes } from './cases/changes.ts';
import { definitions } from './cases/definitions.ts';
import { models } from './cases/models.ts';
import { owner } from './cases/owner.ts';
import { project } from './cases/project.ts';
import { rerun } from './cases/rerun.ts';
import { runs } from './cases/runs.ts';
import { sources } from './cases/sources.ts';
import { state } from './cases/state.ts';
import { stores } from './cases/stores.ts';

/** Codes that no command can be made to give here, and why. */
const without: Partial<Record<ErrorCode, string>> = {};
const unreachable = [sources, changes].flatMap((some) => some.SOURCE_UNREACHABLE ?? []) as [Case, ...Case[]];
const cases: Cases = {
  ...{
    ...project,
    ...definitions,
    ...runs,
    ...owner,
    ...state,
    ...models,
    ...stores,
    ...changes,
    ...sources,
    ...rerun,
  },
  SOURCE_UNREACHABLE: unreachable,
};

/** Does it as a person, in a process of its own, and as a program too; gives what the person reads. */
async function produce(code: ErrorCode, { doing, words, ...how }: Case, asProgram: boolean): Promise<string> {
  const sandbox = new Sandbox({ ...shop(numbers).files, ...how.files }, { inside: !how.give });
  for (const before of how.before ?? []) await sandbox.succeed(...before);
  const tidy = await how.arrange?.(sandbox);
  const normal = (text: string): string => sandbox.normal(how.varying ? text.replaceAll(how.varying, '…') : text);
  try {
    const { exit, out, err } = await (how.give?.(sandbox, words) ?? sandbox.start(words).ended);
    const text = normal(err.slice(Math.max(err.search(/^[A-Z_]+: /m), 0)).trimEnd());
    assert.equal(text.split(':')[0], code, `${doing}: ${out}${err}`);
    assert.equal(exit, catalogue[code].exit, doing);
    if (asProgram) {
      const asked = [...words, '--json'];
      const json = await (how.give?.(sandbox, asked) ?? sandbox.give(asked));
      assert.equal(json.exit, exit, doing);
      const { error } = JSON.parse(json.out);
      assert.deepEqual([error.code, error.nature], [code, catalogue[code].nature], doing);
      assert.equal(normal(render(EsteiraError.from(error))), text, `${doing}: --json says the same`);
    }
    const typed = words.map((word) => (/[^\w./=-]/.test(word) ? `"${word}"` : word)).join(' ');
    return `${doing}\n$ esteira ${typed}\n${text}\nexit ${exit}\n`;
  } finally {
    await tidy?.();
  }
}

describe('each coded error is what a person gets for doing the thing', { concurrency: 2 }, () => {
  for (const code of Object.keys(catalogue) as ErrorCode[]) {
    it(code, async (t) => {
      assert.ok((cases[code] === undefined) !== (without[code] === undefined), `${code} needs a case, or a reason`);
      const texts: string[] = [];
      for (const one of cases[code] ?? []) texts.push(await produce(code, one, texts.length === 0));
      if (texts.length === 0) return;
      t.assert.fileSnapshot(texts.join('\n'), path.join(import.meta.dirname, 'texts', `${code}.txt`), {
        serializers: [String],
      });
    });
  }
});
