import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commands } from './commands.ts';
import { help, helpOf } from './help.ts';
import { width } from './text.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const asItIs = { serializers: [String] };

describe('help', () => {
  it('lists every command and the exit codes, at 80 columns', (t) => {
    t.assert.snapshot(help(look), asItIs);
  });

  it('of a command has its arguments, options and examples', (t) => {
    const run = commands.find(({ name }) => name === 'run');
    assert.ok(run);
    t.assert.snapshot(helpOf(run, look), asItIs);
  });

  it('fits 80 and 40 columns; only examples, which are copied, may be longer', () => {
    for (const columns of [80, 40])
      for (const text of [help({ ...look, columns }), ...commands.map((entry) => helpOf(entry, { ...look, columns }))])
        for (const line of text.split('\n'))
          assert.ok(width(line) <= columns || line.startsWith('  esteira '), `${columns}: ${line}`);
  });

  it('every command has an example and a line that says what it does', () => {
    for (const { name, about, examples } of commands) {
      assert.ok(examples.length > 0, name);
      assert.ok(about.length <= 48 && /[.?]$/.test(about), `${name}: ${about}`);
    }
  });
});
