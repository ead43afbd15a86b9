import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { numbers, shop } from '../errors/case.ts';
import { type Command, root, Sandbox } from '../sandbox.ts';

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
let sandbox: Sandbox;
let owner: Command;

/** What a program that writes these requests to the socket is told, by the number of each. */
async function told(requests: readonly object[]): Promise<ReadonlyMap<number, { code?: string; what?: string }>> {
  const socket = connect(path.relative(process.cwd(), sandbox.file('.esteira/owner.sock')));
  for (const [id, request] of requests.entries())
    socket.write(`${JSON.stringify({ id, version, command: 'a test', ...request })}\n`);
  const answers = new Map<number, { code?: string; what?: string }>();
  let text = '';
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${text}${chunk}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.map((one) => JSON.parse(one))) if ('id' in line) answers.set(line.id, line.error ?? {});
    if (answers.size === requests.length) break;
  }
  return answers;
}

describe('another program at the owner’s socket', () => {
  before(async () => {
    sandbox = new Sandbox(shop(numbers).files);
    await sandbox.succeed('setup');
    owner = sandbox.start(['query', 'select count(*) from range(20000) where sleep_ms(5) is null']);
    await sandbox.ownedBy(owner);
    // Answered when it listens, and has loaded the definitions.
    await sandbox.succeed('status');
  });
  after(() => owner.signal('SIGKILL'));

  it('is told by a code that an operation or its input is none, and the owner answers on', async () => {
    const requests = [
      { operation: 'drop' },
      { operation: 'constructor', input: { input: {} } },
      { operation: '__proto__', input: { input: {} } },
      { operation: '', input: 5 },
      { operation: 'status' },
      { operation: 'status', input: null },
      { operation: 'status', input: { input: 'all' } },
      { operation: 'status', input: [] },
      { operation: 'run', input: { input: { job: 7 } } },
    ];
    const answers = await told(requests);
    for (const [id, { operation }] of requests.entries())
      assert.equal(
        answers.get(id)?.code,
        operation === 'run' ? 'NAME_UNKNOWN' : 'COMMAND_UNKNOWN',
        `${id} ${operation}`,
      );
    assert.match(answers.get(0)?.what ?? '', /no such operation/);
    assert.equal((await told([{ operation: 'status', input: { input: {} } }])).get(0)?.code, undefined);
    assert.ok(!owner.isOver);
  });

  it('is refused an environment that the project does not have', async () => {
    const answers = await told([
      { operation: 'status', input: { environment: 'constructor', input: {} } },
      { operation: 'status', input: { environment: 7, input: {} } },
    ]);
    assert.deepEqual(
      [...answers.values()].map(({ code }) => code),
      ['ENVIRONMENT_UNKNOWN', 'ENVIRONMENT_UNKNOWN'],
    );
  });
});
