import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { connect } from './client.ts';

const message = (letter: string, body: string): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(Buffer.byteLength(body) + 4, 1);
  return Buffer.concat([head, Buffer.from(body)]);
};
const ready = message('Z', 'I');

test('a server that lets somebody in and refuses what a connection says first is left at once', async () => {
  const { promise: left, resolve } = Promise.withResolvers<string>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve('left'));
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', '\0\0\0\0'), ready]));
      socket.on('data', () => socket.write(Buffer.concat([message('E', 'SERROR\0C42501\0Mnot you\0\0'), ready])));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const { port } = server.address() as AddressInfo;
    const url = `postgres://ana:secret@127.0.0.1:${port}/shop`;
    await assert.rejects(connect({ url, where: 'source shop.orders' }), { code: 'SOURCE_REFUSED' });
    const waited = new Promise<string>((late) => setTimeout(late, 5000, 'still there').unref());
    assert.equal(await Promise.race([left, waited]), 'left');
  } finally {
    server.close();
  }
});
