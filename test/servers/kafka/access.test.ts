// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definitions } from '../../errors/case.ts';
import { Sandbox } from '../../sandbox.ts';
import { certificate, makeTopic, overTls, plain, send, withoutBroker, withPassword } from './broker.ts';

const secret = "sasl: { mechanism: 'MECHANISM', user: env('KAFKA_USER'), password: env('KAFKA_PASSWORD') }";
const shop = (options: string): string =>
  definitions(`
export const events = source('landing.events', { reader: kafka(env('KAFKA_TOPIC'), { ${options} }), columns: { id: col.bigint() } });
export const bronze = table('bronze.events', { columns: { id: col.bigint() }, rows: sql\`select id from \${events.unread}\`, write: 'append' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`);

interface Of {
  readonly options: string;
  readonly servers: string;
  readonly topic: string;
  readonly password?: string;
}
const sandboxOf = ({ options, servers, topic, password = 'correct-horse' }: Of): Sandbox =>
  new Sandbox({
    'definitions/shop.ts': shop(options),
    '.env': `KAFKA_BOOTSTRAP_SERVERS=${servers}\nKAFKA_TOPIC=${topic}\nKAFKA_USER=ana\nKAFKA_PASSWORD=${password}\nKAFKA_CA=${certificate}\n`,
  });

/** What doctor says of the source. */
async function findingOf(sandbox: Sandbox): Promise<{ readonly ok: boolean; readonly text: string }> {
  const { out } = await sandbox.run('doctor', '--json');
  const { findings } = JSON.parse(out) as {
    readonly findings: readonly { what: string; ok: boolean; found: string; next?: string }[];
  };
  const found = findings.find(({ what }) => what === 'source landing.events');
  assert.ok(found, out);
  return { ok: found.ok, text: `${found.found} ${found.next ?? ''}` };
}

describe('who may read a topic', { skip: withoutBroker }, () => {
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256'])
    test(`a user with a password, ${mechanism}, in the clear and over TLS`, async () => {
      const topic = await makeTopic();
      await send(topic, [{ value: '{"id":1}' }]);
      const sasl = secret.replace('MECHANISM', mechanism);
      for (const [servers, options] of [
        [withPassword, sasl],
        [overTls, `${sasl}, tls: { ca: ${JSON.stringify(certificate)} }`],
      ] as const) {
        const sandbox = sandboxOf({ options, servers, topic });
        await sandbox.succeed('setup');
        await sandbox.succeed('run', 'daily');
        assert.match(await sandbox.succeed('query', 'select count(*) as n from bronze.events', '--json'), /"?1"?/);
        const { ok, text } = await findingOf(sandbox);
        assert.ok(ok && text.startsWith(`topic ${topic} of ${servers}, 1 partition, up to 1 messages`), text);
      }
    });

  test('a wrong password, no password, no trust, no topic and no broker: each is one sentence of doctor, and says what to do', async () => {
    const topic = await makeTopic();
    const sasl = secret.replace('MECHANISM', 'PLAIN');
    const said = async (of: Of): Promise<string> => {
      const { ok, text } = await findingOf(sandboxOf(of));
      assert.equal(ok, false, text);
      assert.ok(!text.includes('wrong-horse'), text);
      return text;
    };
    assert.match(
      await said({ options: sasl, servers: withPassword, topic, password: 'wrong-horse' }),
      /refuses Esteira.*Correct the user, the password/s,
    );
    assert.match(
      await said({ options: `${sasl}, tls: true`, servers: overTls, topic }),
      /do not trust each other.*tls/s,
    );
    assert.match(
      await said({ options: '', servers: plain, topic: 'esteira_test_none' }),
      /has no topic esteira_test_none/,
    );
    assert.match(
      await said({ options: '', servers: '127.0.0.1:1', topic }),
      /does not answer, or went away.*See whether it runs/s,
    );
    assert.match(await said({ options: '', servers: withPassword, topic }), /does not answer|refuses/);
  });
});
