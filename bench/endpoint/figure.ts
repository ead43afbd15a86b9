import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import type { Plan } from '../../test/endpoint/load/open-loop.ts';
import { load } from '../../test/endpoint/load/process.ts';
import type { Figures } from '../../test/endpoint/load/tally.ts';
import { bin, esteira } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import type { Sample } from '../measure.ts';
import { peers, root } from '../places.ts';
import { type Contender, interleave, median } from '../rounds.ts';
import { compared } from './compared.ts';
import { goals, told } from './goals.ts';
import { bodies, project, type Shape, shapes, type Trained } from './project.ts';
import { type Server, start } from './servers.ts';

const python = path.join(peers, 'fastapi', 'bin', 'python');
const kinds = ['bare', 'full', 'fastapi'] as const;
type Kind = (typeof kinds)[number];
const nameOf = (shape: Shape, kind: Kind): string => `${kind}, ${shape.features}`;

function startOne(kind: Kind, shape: Shape, folder: string, file: string): Promise<Server> {
  const endpoint = `${shape.name}_${kind}`;
  return start(
    nameOf(shape, kind),
    kind === 'fastapi'
      ? {
          ...{ file: python, folder },
          args: (port) => [path.join(root, 'bench/peers/fastapi/service.py'), file, String(port)],
        }
      : {
          ...{ file: process.execPath, folder },
          args: (port) => ['--v8-pool-size=1', bin, 'endpoint', endpoint, '--port', String(port)],
        },
  );
}

/** Requests of which the processor's time is measured: each as soon as one of so many connections is free. */
const counted = { requests: 3000, connections: 8 };

type Loading = { readonly texts: readonly string[]; readonly seed: number };
async function loaded(
  server: Server,
  { texts, ...plan }: Loading & Omit<Plan, 'url' | 'bodies' | 'seed'>,
): Promise<Sample & { readonly found: Figures }> {
  const before = server.cpu();
  const begun = loadavg()[0] ?? 0;
  const found = await load({ ...plan, url: `${server.address}/rank`, bodies: texts }).ended;
  const cpu = server.cpu() - before;
  if (found.failed > 0) throw new Error(`${server.name}: of ${found.sent} failed ${JSON.stringify(found.failures)}`);
  return {
    ...{ wall: found.latency.p99 / 1000, cpu: (cpu / found.sent) * 1000, memory: server.memory(), load: begun },
    ...{ output: JSON.stringify(found), found },
  };
}

/** As many as it answers. */
async function busy(server: Server, loading: Loading): Promise<Sample> {
  const rate = 1e6;
  const plan = { rate, seconds: counted.requests / rate, connections: counted.connections, patience: 60_000 };
  const { found, ...sample } = await loaded(server, { ...loading, ...plan, gaps: 'even' });
  return { ...sample, wall: found.latency.most / found.sent };
}

export const figure: Figure = {
  about:
    'a ranking over HTTP beside FastAPI with LightGBM, 300 trees of 31 leaves, 20 candidates of 12 and of 301 features; seconds for 1000 requests; those at 200 and 500 a second: p99, and the processor for 1000',
  rounds: 3,
  async measure({ rounds, say }): Promise<Outcome> {
    if (!existsSync(python)) throw new Error('FastAPI is not installed: bench/peers/install.sh fastapi');
    const { folder, trained } = await project(say);
    const servers: Server[] = [];
    try {
      return await beside({ folder, trained, rounds, say, servers });
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};

async function beside(of: {
  readonly folder: string;
  readonly trained: ReadonlyMap<Shape, Trained>;
  readonly rounds: number;
  readonly say: (line: string) => void;
  /** Those that it has started. */
  readonly servers: Server[];
}): Promise<Outcome> {
  const { folder, trained, rounds, say, servers } = of;
  const notes: string[] = [];
  const starts = new Map<string, number[]>();
  const usual: Contender[] = [];
  const open: Contender[] = [];
  for (const shape of shapes) {
    const { file, before } = trained.get(shape) as Trained;
    const texts = bodies(shape);
    const reason = ['--reason', 'measured beside the champion'];
    await esteira(folder, ['endpoint', 'shadow', `${shape.name}_full`, before, ...reason]);
    const own = new Map<Kind, Server>();
    for (const kind of kinds) {
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        await own.get(kind)?.stop();
        const server = await startOne(kind, shape, folder, file);
        own.set(kind, server);
        times.push(server.ready);
      }
      const server = own.get(kind) as Server;
      servers.push(server);
      starts.set(server.name, times);
      say(`  ${server.name}: ready after ${median(times).toFixed(2)} s`);
    }
    notes.push(await compared([...own.values()], texts));
    for (const kind of kinds) {
      const server = own.get(kind) as Server;
      const { name } = server;
      for (const seed of [97, 98, 99]) await busy(server, { texts, seed });
      usual.push({ name, run: (seed) => busy(server, { texts, seed }) });
      open.push({ name: `${name} at 200`, run: (seed) => loaded(server, { texts, seed, rate: 200, seconds: 8 }) });
      if (kind === 'fastapi') continue;
      open.push({ name: `${name} at 500`, run: (seed) => loaded(server, { texts, seed, rate: 500, seconds: 6 }) });
    }
  }
  const samples = new Map([
    ...(await interleave({ contenders: usual, rounds, say, warm: false })),
    ...(await interleave({ contenders: open, rounds, say, warm: false })),
  ]);
  return {
    samples,
    goals: goals(samples, starts),
    skipped: [],
    notes: [...notes, ...(await Promise.all(servers.filter(isFull).map(recorded))), ...told(samples, starts)],
    versions: peerVersions(),
  };
}

const isFull = ({ name }: Server): boolean => name.startsWith('full');

/** A full endpoint that logs nothing, or has no shadow, would be measured as what it is not. */
async function recorded({ name, address }: Server): Promise<string> {
  const lines = (await (await fetch(`${address}/metrics`)).text()).split('\n');
  const of = (metric: string): number =>
    Number(lines.find((line) => !line.startsWith('#') && line.includes(`_${metric} `))?.split(' ')[1]);
  const [logged, predicted] = [of('log_rows_total'), of('shadow_total{result="predicted"}')];
  if (!(logged > 0 && predicted > 0)) throw new Error(`${name}: ${logged} rows logged, ${predicted} requests shadowed`);
  const [lost, dropped] = [of('log_dropped_total'), of('shadow_total{result="dropped"}')];
  return `${name}: ${logged} rows logged, ${lost} dropped; ${predicted} requests predicted by the shadow, ${dropped} dropped`;
}

/** What the peer is made of. */
function peerVersions(): Readonly<Record<string, string>> {
  const lines = readFileSync(path.join(root, 'bench/peers/requirements/fastapi.txt'), 'utf8').trim().split('\n');
  const all = new Map(lines.map((line) => line.split('==') as [string, string]));
  const shown = ['fastapi', 'pydantic', 'uvicorn', 'uvloop', 'httptools', 'lightgbm', 'numpy'];
  return Object.fromEntries(shown.map((name) => [name, all.get(name) ?? '']));
}
