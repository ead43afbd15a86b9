import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { atMost, failures, job, monitor, sql, table } from '../define/index.ts';
import { membersIn } from './channels-of.ts';
import { env, slack, toFile, webhook } from './index.ts';
import type { Channels, Place, ProjectConfig } from './project.ts';

const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql`select 1 as n` });
const daily = job('daily', { when: { manual: true }, build: [numbers] });
const told = monitor('m', { expect: atMost(failures(daily), 0), tell: 'dados' });
const hook = (name: string) => webhook({ url: env(name), secret: env('SECRET') });
const members = (channels: Channels, own?: Channels) => {
  const config = { channels } as unknown as ProjectConfig;
  const found = membersIn(own ? { channels: own } : {}, { config, place: {} as Place, tellers: [told] });
  return Object.fromEntries(
    [...found].map(([name, all]) => [name, all.map((one) => `${one.name}${one.standsIn ? ', stands in' : ''}`)]),
  );
};

test('members of a channel have names of their own, which stay when the others do', () => {
  assert.deepEqual(members({ plantao: [hook('A'), slack({ webhook: env('S') }), hook('B')] }), {
    plantao: ['webhook', 'slack', 'webhook 2'],
    dados: [],
  });
});

test('an environment puts its own in the place of some channels, or of all', () => {
  const project = { plantao: [hook('A')], dados: [slack({ webhook: env('S') })] };
  assert.deepEqual(members(project, { plantao: [] }), { plantao: [], dados: ['slack'] });
  const file = toFile({ path: 'told.txt' });
  assert.deepEqual(members(project, { '*': [file], dados: [hook('B')] }), {
    plantao: ['file, stands in'],
    dados: ['webhook, stands in'],
  });
  assert.deepEqual(members({}, { '*': [file] }), { dados: ['file, stands in'] });
});

test('what people see of a member has no secret', () => {
  const all = [
    slack({ webhook: env('SLACK_WEBHOOK') }),
    hook('HOOK_URL'),
    webhook({ url: 'https://example.com/a?token=x', secret: env('S') }),
  ];
  assert.deepEqual(
    all.map(({ describe }) => describe),
    ['Slack by SLACK_WEBHOOK', 'webhook by HOOK_URL', 'webhook example.com'],
  );
});
