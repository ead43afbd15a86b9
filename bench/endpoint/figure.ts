import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import path from 'node:path';
import { load } from '../../test/endpoint/load/process.ts';
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
      : { ...{ file: process.execPath, folder }, args: (port) => [bin, 'endpoint', endpoint, '--port', String(port)] },
  );
}

/** One load on one server: the clock is its 99th percentile, the processor what a thousand requests took, both in seconds. */
async function loaded(
  server: Server,
  plan: { readonly texts: readonly string[]; readonly rate: number; readonly seconds: number; readonly seed: number },
): Promise<Sample> {
  const { texts, ...rest } = plan;
  const before = server.cpu();
  const begun = loadavg()[0] ?? 0;
  const found = await load({ ...rest, url: `${server.address}/rank`, bodies: texts }).ended;
  const cpu = server.cpu() - before;
  if (found.failed > 0) throw new Error(`${server.name}: of ${found.sent} failed ${JSON.stringify(found.failures)}`);
  return {
    ...{ wall: found.latency.p99 / 1000, cpu: (cpu / found.sent) * 1000, memory: server.memory(), load: begun },
    output: JSON.stringify(found),
  };
}

export const figure: Figure = {
  about:
    'a ranking over HTTP beside FastAPI with LightGBM, 300 trees of 31 leaves, 20 candidates of 12 and of 301 features; wall: p99 of 200 requests a second (or as many as named), cpu: 1000 requests',
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
  const many: Contender[] = [];
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
    for (const server of own.values()) {
      await loaded(server, { texts, rate: 250, seconds: 6, seed: 99 });
      usual.push({
        name: server.name,
        run: (seed) => loaded(server, { texts, rate: 200, seconds: 10, seed }),
      });
    }
    for (const kind of ['bare', 'full'] as const) {
      const server = own.get(kind) as Server;
      many.push({
        name: `${server.name} at 500`,
        run: (seed) => loaded(server, { texts, rate: 500, seconds: 6, seed }),
      });
    }
  }
  const samples = new Map([
    ...(await interleave({ contenders: usual, rounds, say, warm: false })),
    ...(await interleave({ contenders: many, rounds, say, warm: false })),
  ]);
  return {
    samples,
    goals: goals(samples, starts),
    skipped: [],
    notes: [...notes, ...told(samples, starts)],
    versions: peerVersions(),
  };
}

/** What the peer is made of. */
function peerVersions(): Readonly<Record<string, string>> {
  const lines = readFileSync(path.join(root, 'bench/peers/requirements/fastapi.txt'), 'utf8').trim().split('\n');
  const all = new Map(lines.map((line) => line.split('==') as [string, string]));
  const shown = ['fastapi', 'pydantic', 'uvicorn', 'uvloop', 'httptools', 'lightgbm', 'numpy'];
  return Object.fromEntries(shown.map((name) => [name, all.get(name) ?? '']));
}
