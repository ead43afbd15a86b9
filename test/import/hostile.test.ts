import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { runChild } from '../../src/adapters/sklearn/child/run.ts';
import { array, pickled, type } from '../../src/adapters/sklearn/scan/pickles.ts';
import { EsteiraError } from '../../src/errors.ts';
import { root } from '../sandbox.ts';
import { converter, environment } from './environment.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-hostile-'));
const file = path.join(folder, 'model.pkl');
const secret = `secret-${process.pid}-of-this-machine`;
const atHome = path.join(homedir(), `.esteira-secret-${process.pid}`);
const inProject = path.join(root, '.esteira', `secret-${process.pid}`);
const target = path.join(folder, 'written');
let heard: string[] = [];
const servers: Server[] = [];

const listen = (name: string, at: string | number) =>
  new Promise<Server>((resolve) => {
    const server = createServer((socket) => {
      heard.push(name);
      socket.destroy();
    });
    servers.push(server);
    server.listen(at as string, () => resolve(server));
  });

/** Python that is carried out when the file is loaded. */
const pickledCode = (code: string): Buffer =>
  Buffer.from(`cbuiltins\nexec\n(V${code.replaceAll('\\', '\\u005c').replaceAll('\n', '\\u000a')}\ntR.`);
let hostile = '';

before(async () => {
  // Other tests have theirs where all have.
  process.env['TMPDIR'] = folder;
  for (const place of [atHome, inProject]) {
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, secret);
  }
  const abstract = `esteira-${process.pid}`;
  const unix = path.join(folder, 'socket');
  const tcp = await listen('tcp', 0);
  await listen('unix', unix);
  await listen('abstract', `\0${abstract}`);
  const { port } = tcp.address() as { port: number };
  const given = { secret, target, port, abstract, unix, file: atHome, project: inProject, parent: process.pid };
  const script = readFileSync(path.join(import.meta.dirname, 'hostile.py'), 'utf8');
  hostile = `import json\nGIVEN = json.loads(r'''${JSON.stringify({ ...given, users: true })}''')\n${script}`;
  await environment();
});
after(() => {
  for (const server of servers) server.close();
  for (const place of [atHome, inProject]) rmSync(place, { force: true });
  rmSync(folder, { recursive: true, force: true });
});

const convert = (
  code: string | Buffer,
  of: Parameters<typeof converter>[0] & { readonly isUnscanned?: boolean } = {},
) => {
  writeFileSync(file, typeof code === 'string' ? pickledCode(code) : code);
  const { isUnscanned = true, ...limits } = of;
  return converter(limits).convert({ file, features: {}, columns: {}, rows: 1, isUnscanned });
};
const failure = async (doing: Promise<unknown>): Promise<string> => {
  try {
    await doing;
  } catch (error) {
    assert.ok(error instanceof EsteiraError, String(error));
    return `${error.code}: ${error.message} ${error.details.got ?? ''}`;
  }
  return 'nothing failed';
};

test('the hostile code does all of it where nothing keeps it apart', async () => {
  const own = spawn('python3', ['-c', hostile], { env: { ...process.env, A_SECRET: secret } });
  let said = '';
  own.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await new Promise((ended) => own.on('close', ended));
  const [, worked = said] = /worked: (.*)\./.exec(said) ?? [];
  for (const name of ['write', 'tcp', 'abstract', 'unix', 'variable', 'file', 'project', 'kill'])
    assert.ok(worked.split(', ').includes(name), `${name}: ${worked}`);
  assert.deepEqual(heard.toSorted(), ['abstract', 'tcp', 'unix']);
  assert.ok(existsSync(target));
});

test('with the scan nothing of a hostile file is loaded', async () => {
  rmSync(target, { force: true });
  heard = [];
  process.env['A_SECRET'] = secret;
  assert.match(await failure(convert(hostile, { isUnscanned: false })), /^IMPORT_REFUSED: .*builtins\.exec/);
  assert.deepEqual([heard, existsSync(target)], [[], false]);
});

test('the second wall alone refuses it, too: names that are not on the list, and what is no class', async () => {
  const { python, site } = await environment();
  const loaded = async (content: Buffer, names: readonly (readonly string[])[]) => {
    const header = { rows: 1, columns: [], bytes: content.length, names };
    const sent = { header, parts: [content] };
    const limits = { memory: 2 ** 31, seconds: 60 };
    const { header: said } = await runChild({ command: python.command, site }, sent, { apart: false, limits });
    return String(said['refused'] ?? said['failed']);
  };
  assert.match(await loaded(pickledCode(hostile), []), /asks for builtins\.exec, which is not on the list/);
  const reached = Buffer.from('\x80\x04\x8c\x07sklearn\x8c\x09os.system\x93.', 'latin1');
  assert.match(await loaded(reached, [['sklearn', 'StandardScaler', 'class']]), /asks for sklearn\.os\.system/);
  const lying = Buffer.from('cos\nsystem\n.');
  assert.match(await loaded(lying, [['os', 'system', 'class']]), /os\.system is not the class/);
  const patched = Buffer.from('\x80\x04cbuiltins\ndict\nN}\x86b.', 'latin1');
  assert.match(await loaded(patched, [['builtins', 'dict', 'class']]), /attributes of a class/);
  const optimizers = 'sklearn.neural_network._stochastic_optimizers';
  const names = [
    [optimizers, 'AdamOptimizer', 'class'],
    ['joblib.numpy_pickle', 'NumpyArrayWrapper', 'class'],
    ['numpy', 'dtype', 'class'],
    ['numpy', 'ndarray', 'class'],
  ];
  const adam = [optimizers, 'AdamOptimizer', 'STACK_GLOBAL'] as const;
  const other = ['NONE', 'EMPTY_DICT', '__class__', 'numpy', 'dtype', 'STACK_GLOBAL', 'SETITEM', 'TUPLE2', 'BUILD'];
  assert.match(
    await loaded(pickled('PROTO', 4, ...adam, 'EMPTY_TUPLE', 'NEWOBJ', ...other, 'STOP'), names),
    /another class/,
  );
  const within = pickled(
    'PROTO',
    4,
    array([1], type('O8', 63)),
    'PROTO',
    4,
    ...adam,
    'EMPTY_DICT',
    'BUILD',
    'STOP',
    'STOP',
  );
  assert.match(await loaded(within, names), /attributes of a class/);
  assert.deepEqual([heard, existsSync(target)], [[], false]);
});

test('without the scan its code is carried out, and can do none of it', async () => {
  assert.equal((await failure(convert(hostile))).trim(), 'IMPORT_FAILED: Exception: worked: .');
  assert.deepEqual([heard, existsSync(target)], [[], false]);
});

test('it sees the interpreter and nothing else', async () => {
  const seen = await failure(
    convert(
      "import os\nraise Exception(' '.join(sorted(os.listdir('/'))) + f' {os.getuid()} {os.getpid()} ' + ' '.join(sorted(os.environ)))",
    ),
  );
  const [, folders = ''] = /Exception: (.*) \d+ \d+ /.exec(seen) ?? [];
  // Above the interpreter's own folder stand folders that have nothing else.
  for (const absent of ['proc', 'sys', 'var', 'run', 'boot', 'bin'])
    assert.ok(!folders.split(' ').includes(absent), seen);
  assert.ok(!seen.includes('PATH') && !seen.includes('A_SECRET') && !/ 0 \d+ J/.test(seen), seen);
});

test('bombs, endless loops, and what takes all memory or prints without end come to an end, and say why', async () => {
  const said = async (code: string, of: object = {}) => failure(convert(code, { seconds: 20, ...of }));
  assert.match(await said('import os\nwhile True: os.fork()'), /another process or thread/);
  assert.match(await said("a = []\nwhile True: a.append(b'x' * 50_000_000)"), /more memory than it may have/);
  assert.match(await said('while True: pass', { seconds: 4 }), /longer than 4 s/);
  assert.match(await said('import time\ntime.sleep(1000)', { seconds: 4 }), /longer than 4 s/);
  assert.match(await said("import os\nwhile True: os.write(2, b'x' * 65536)"), /prints without end/);
  assert.match(await said("import os\nwhile True: os.write(1, b'x' * 65536)"), /prints without end/);
  assert.match(await said('import os\nos._exit(0)'), /ended with 0/);
  assert.match(await said("import os\nopen('big', 'wb').write(b'x' * 30_000_000)"), /OSError|SIGXFSZ|signal/);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('esteira-convert-')),
    [],
  );
});

/** Answers as whoever converts does, by whatever it finds open. */
const lies = (header: object, rest = 'x') => `
import os, struct, json
text = json.dumps(json.loads(r'''${JSON.stringify(header)}''')).encode()
for number in range(3, 40):
    try: os.write(number, struct.pack('<Q', len(text)) + text + b'${rest}')
    except OSError: pass
os._exit(0)`;

test('what answers in its own name is not believed', async () => {
  const parts = { parts: [1, 8], width: 1, versions: {} };
  const strange = { ...parts, versions: { python: '3\u001b[31m' } };
  for (const [header, rest] of [
    [{ parts: [1], width: 1, versions: {} }, 'x'],
    [{ parts: [1, 0], width: 0, versions: {} }, 'x'],
    [{ ...parts, classes: ['a', 'b'] }, 'x12345678'],
    [strange, 'x12345678'],
    [{ ...parts, versions: 1 }, 'x12345678'],
  ] as const)
    assert.match(await failure(convert(lies(header, rest))), /IMPORT_FAILED: What it answers is not what was asked/);
});

test('that it is not kept apart is nothing that it can say: it would be loaded again where it can do all', async () => {
  const said = await failure(convert(lies({ apart: 'the system refuses it', parts: [] }, '')));
  assert.match(said, /IMPORT_FAILED: What it answers is not what was asked/);
});

test('what it says is one line, without what a terminal obeys', async () => {
  const said = await failure(convert(lies({ failed: 'no\u001b[2J\nnext: all is well', parts: [] }, '')));
  assert.equal(said.trim(), 'IMPORT_FAILED: no?[2J next: all is well');
});

test('it ends when the import is cancelled, and when whoever began it is killed', async () => {
  const stop = new AbortController();
  writeFileSync(file, pickledCode('import time\ntime.sleep(1000)'));
  const asked = { file, features: {}, columns: {}, rows: 1, isUnscanned: true, signal: stop.signal };
  const going = converter().convert({
    ...asked,
    progress: () => setTimeout(() => stop.abort(new Error('enough')), 3000),
  });
  await assert.rejects(going, /enough/);
  const here = path.join(import.meta.dirname, 'killed.ts');
  const own = spawn(process.execPath, [here, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((said) => own.stdout.once('data', said));
  await new Promise((wait) => setTimeout(wait, 3000));
  const begun = children(own.pid ?? 0);
  assert.ok(begun.length >= 3, `${begun}`);
  own.kill('SIGKILL');
  await new Promise((wait) => setTimeout(wait, 1500));
  assert.deepEqual(begun.filter(goesOn), []);
});

/** One that has ended may wait for somebody to ask how. */
const goesOn = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Whom a process has begun, and whom those have. */
function children(of: number): readonly number[] {
  const above = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`))
      .map((name) => [Number(name), Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1])]),
  );
  const own = [...above].filter(([, parent]) => parent === of).map(([pid]) => pid);
  return [...own, ...own.flatMap(children)];
}
