import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanEnvironment, memoryOf, processorOf } from '../measure.ts';

/** A process that answers. */
export interface Server {
  readonly name: string;
  readonly address: string;
  /** Seconds from its start until it said that it is ready. */
  readonly ready: number;
  /** Seconds of processor that it has taken so far: user + system, all of its processes and threads. */
  readonly cpu: () => number;
  readonly memory: () => number;
  readonly stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts it, and waits until `/health/ready` answers 200. */
export async function start(
  name: string,
  command: { readonly file: string; readonly args: (port: number) => readonly string[]; readonly folder: string },
): Promise<Server> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(command.file, command.args(port), {
    cwd: command.folder,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  const address = `http://127.0.0.1:${port}`;
  while (!(await isReady(address))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${output}`);
    if (performance.now() - began > 60_000) throw new Error(`${name} is not ready after a minute:\n${output}`);
    await pause(5);
  }
  const ready = (performance.now() - began) / 1000;
  const id = child.pid ?? 0;
  return {
    ...{ name, address, ready, stop: () => stop(child) },
    ...{ cpu: () => processorOf(id), memory: () => memoryOf(id) },
  };
}

const isReady = (address: string): Promise<boolean> =>
  fetch(`${address}/health/ready`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 200;
    },
    () => false,
  );

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}
