import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { Rest, type RestOptions } from './client.ts';

type Request = IncomingMessage & { readonly body: string };
export type Answer = (request: Request, answer: ServerResponse) => void;

const servers: Server[] = [];
after(() => {
  for (const one of servers) {
    one.closeAllConnections();
    one.close();
  }
});

/** A key as a gateway knows it: what leaks of it is found by this word. */
export const key = 'sb_secret_leaked-if-you-read-this';

/** A server that answers one request after the other as it is told, the last answer for all that follow. */
export async function scripted(answers: readonly Answer[], of: Partial<RestOptions> = {}) {
  const asked: Request[] = [];
  const pauses: number[] = [];
  let now = Temporal.Instant.from('2025-09-14T06:00:00Z');
  const server = createServer(async (request, answer) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    asked.push(Object.assign(request, { body: Buffer.concat(pieces).toString() }));
    (answers[asked.length - 1] ?? answers.at(-1))?.(asked.at(-1) as Request, answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const times = {
    now: () => now,
    pause: async (milliseconds: number) => {
      pauses.push(milliseconds);
      now = now.add({ milliseconds: Math.round(milliseconds) });
    },
    chance: () => 0.5,
  };
  return { rest: new Rest({ url, key, times, ...of }), url, times, asked, pauses };
}

export const gives =
  (status: number, body: unknown = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, answer) =>
    void answer.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
export const hangs: Answer = () => {};
export const cuts: Answer = (_, answer) => void answer.destroy();
export const breaksOff: Answer = (_, answer) => {
  answer.writeHead(200, { 'content-length': '100' }).write('[{"id"');
  setTimeout(() => answer.destroy(), 10);
};
