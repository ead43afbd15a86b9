import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../../errors.ts';
import type { SourceTable } from '../../ports/index.ts';
import type { ClientOptions, Sasl } from './client.ts';

/** A topic as its reader names it, with the values of its variables. */
export interface Topic {
  readonly name: string;
  readonly servers: readonly string[];
  readonly expired: 'fail' | 'skip';
  /** How far the time of sending may be from the event's. */
  readonly apart: string;
  readonly key?: string;
  /** The source, for people. */
  readonly where: string;
  /** Connections with the same are one. */
  readonly connection: string;
  readonly client: ClientOptions;
  /** How long a first answer may take, in milliseconds. */
  readonly patience: number;
}

/** What a reader's options mean here. */
export interface Values {
  value(of: string): string;
  secret(of: string): string;
  /** Where files are found that are named relative to it. */
  readonly folder: string;
}

const milliseconds = { quick: 800, usual: 10_000 };

export function topicOf({ options, where, hasOther = false }: SourceTable, values: Values): Topic {
  const said = Object.fromEntries(
    Object.entries(options).map(([name, of]) => {
      const isSecret = name === 'password' || name === 'token';
      return [name, isSecret ? values.secret(of) : values.value(of)];
    }),
  );
  const { name = '', servers = '', group = '', apart = '', key } = said;
  const brokers = servers
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const wrong = brokers.find((one) => !/^(\[[^\]]+\]|[^:\s]+):\d+$/.test(one));
  if (wrong !== undefined || brokers.length === 0)
    throw new EsteiraError('SOURCE_UNUSABLE', {
      what: 'The address of the broker is none.',
      where,
      got: wrong ?? 'nothing',
      allowed: 'host:port, several with a comma between',
      next: 'Correct the variable that has it: KAFKA_BOOTSTRAP_SERVERS, where the source names no other.',
    });
  return {
    ...{ name, where, apart, servers: brokers },
    expired: said['expired'] === 'skip' ? 'skip' : 'fail',
    ...(key === undefined ? {} : { key }),
    connection: JSON.stringify({ ...said, name: '', key: '', apart: '', expired: '' }),
    client: {
      groupId: group,
      bootstrapBrokers: brokers,
      ...(said['tls'] ? { tls: certificates(said, values.folder, where) } : {}),
      ...(said['mechanism'] ? { sasl: saslOf(said) } : {}),
    },
    patience: hasOther ? milliseconds.quick : milliseconds.usual,
  };
}

function certificates(said: Readonly<Record<string, string>>, folder: string, where: string) {
  const read = (name: string, as: string): Readonly<Record<string, Buffer>> => {
    const file = said[name];
    if (file === undefined) return {};
    try {
      return { [as]: readFileSync(path.resolve(folder, file)) };
    } catch (error) {
      const next = 'Put the file there, or correct its name where the source is written.';
      const what = `The file that ${name} names cannot be read.`;
      throw new EsteiraError('SOURCE_UNUSABLE', { what, where, got: (error as Error).message, next }, { cause: error });
    }
  };
  return { ...read('ca', 'ca'), ...read('certificate', 'cert'), ...read('certificateKey', 'key') };
}

const saslOf = ({ mechanism, user, password, token }: Readonly<Record<string, string>>): Sasl => ({
  mechanism: mechanism ?? '',
  ...(user === undefined ? {} : { username: user }),
  ...(password === undefined ? {} : { password }),
  ...(token === undefined ? {} : { token }),
});
