import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distance, nearest } from '../columns/nearest.ts';
import { EsteiraError } from '../errors.ts';
import { commands, everywhere } from './commands.ts';
import { parse } from './parse.ts';

const refused = (...args: readonly string[]): EsteiraError['details'] => {
  try {
    parse(args);
  } catch (error) {
    assert.ok(error instanceof EsteiraError, String(error));
    assert.equal(error.code, 'COMMAND_UNKNOWN');
    return error.details;
  }
  return assert.fail(`${args.join(' ')} was taken`);
};

describe('what was typed', () => {
  it('means one thing: no command has an option that every command has', () => {
    for (const { name, options } of commands)
      assert.deepEqual([name, Object.keys(options).filter((one) => Object.hasOwn(everywhere, one))], [name, []]);
  });

  it('is told what a word has within it that is no command by itself', () => {
    assert.equal(refused('approvals')['what'], 'esteira approvals needs a command.');
    const { what, allowed, next } = refused('approvals', 'lst');
    assert.deepEqual([what, next], ['esteira approvals has no command "lst".', 'esteira approvals list']);
    assert.match(String(allowed), /^approvals list, approvals show, /);
  });

  it('is read wherever options stand', () => {
    const { entry, typed } = parse(['--env', 'dev', 'run', '--date=2028-02-29', 'daily', '--again', '--json']);
    assert.equal(entry?.name, 'run');
    assert.deepEqual(typed.words, ['daily']);
    assert.deepEqual(Object.fromEntries(typed.texts), { env: 'dev', date: '2028-02-29' });
    assert.deepEqual([...typed.flags], ['again', 'json']);
  });

  it('collects options that may be repeated, and keeps = and , in parameters', () => {
    const { typed } = parse([
      'run',
      'daily',
      '--select',
      'a,+b',
      '--select',
      'c+',
      '--param',
      'x=1=2,3',
      '--param',
      'y=',
    ]);
    assert.deepEqual(typed.lists.get('select'), ['a', '+b', 'c+']);
    assert.deepEqual(typed.lists.get('param'), ['x=1=2,3', 'y=']);
  });

  it('knows commands of two words', () => {
    assert.equal(parse(['settings']).entry?.name, 'settings');
    assert.equal(parse(['settings', 'get', 'a.b']).entry?.name, 'settings get');
    const { entry, typed } = parse(['settings', 'set', 'a.b', '-1', '--reason', 'why not']);
    assert.equal(entry?.name, 'settings set');
    assert.deepEqual(typed.words, ['a.b', '-1']);
    assert.equal(typed.texts.get('reason'), 'why not');
  });

  it('takes everything after -- as it is', () => {
    assert.deepEqual(parse(['query', '--', '--select 1']).typed.words, ['--select 1']);
  });

  it('asks for help in three ways, also where arguments are missing', () => {
    for (const args of [
      ['run', '--help'],
      ['run', '-h'],
      ['help', 'run'],
    ]) {
      const { entry, typed } = parse(args);
      assert.equal(entry?.name, 'run');
      assert.ok(typed.flags.has('help'));
    }
    assert.equal(parse(['help']).entry, undefined);
  });

  it('every example of the help is understood', () => {
    for (const { name, examples } of commands)
      for (const { line } of examples) {
        const [, ...args] = line.replace(/ > .*/, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
        assert.equal(parse(args.map((word) => word.replace(/^["']|["']$/g, ''))).entry?.name, name, line);
      }
  });
});

describe('what was mistyped', () => {
  it('names the nearest command', () => {
    assert.equal(refused('runn', 'daily').next, 'Did you mean: esteira run');
    assert.equal(refused('staus').next, 'Did you mean: esteira status');
    assert.equal(refused('settings', 'gett', 'x').next, 'Did you mean: esteira settings get');
    assert.equal(refused('xyzzy').next, 'esteira --help');
  });

  it('names the nearest option, and the command that has it', () => {
    assert.equal(refused('run', 'daily', '--dat', '2028-02-29').next, 'Did you mean: --date');
    assert.equal(refused('plan', '--param').got, 'an option of esteira run');
    assert.match(refused('--again').what, /^esteira has no option --again/);
    assert.match(refused('run', 'daily', '-x').what, /no option -x/);
    assert.match(refused('run', 'daily', '--toString').what, /no option --toString/);
  });

  it('refuses a value that is missing, superfluous or of another kind', () => {
    assert.match(refused('run', 'daily', '--date').what, /needs a value: --date <date>/);
    assert.match(refused('run', 'daily', '--date', '--again').what, /needs a value/);
    assert.match(refused('run', 'daily', '--date=').what, /needs a value/);
    assert.match(refused('run', 'daily', '--again=yes').what, /takes no value/);
    for (const date of ['2027-02-29', '2028-2-29', 'today', '2028-02-29T00:00', '20280229'])
      assert.equal(refused('run', 'daily', '--date', date).got, date);
    for (const limit of ['0', '-1', '1.5', 'ten', '1e3']) assert.equal(refused('runs', '--limit', limit).got, limit);
    assert.equal(refused('run', 'daily', '--param', 'x').allowed, 'name=value');
  });

  it('refuses an argument that is missing, naming the help, or one too many', () => {
    assert.match(refused('run').what, /esteira run needs <job>/);
    assert.equal(refused('run').next, 'esteira run --help');
    assert.match(refused('query', 'select', '1').next, /Quotes/);
    assert.equal(refused('status', 'x').got, 'x');
  });
});

describe('the nearest word', () => {
  it('counts letters put in, left out, changed and swapped', () => {
    assert.equal(distance('run', 'run'), 0);
    assert.equal(distance('rnu', 'run'), 1);
    assert.equal(distance('', 'run'), 3);
    assert.equal(distance('statsu', 'status'), 1);
    assert.equal(distance('kitten', 'sitting'), 3);
  });

  it('is none when nothing is near', () => {
    assert.equal(nearest('compil', ['compile', 'check']), 'compile');
    assert.equal(nearest('x', ['compile', 'check']), undefined);
  });
});
