import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Application, eventFiles } from '../../pipelines/ranking/data/application.ts';
import { lawyersOf } from '../../pipelines/ranking/data/generator/lawyers.ts';
import type { Plan } from '../../pipelines/ranking/data/generator/options.ts';
import type { QueryView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';

/** Clients of each version. */
const clients = 150;

/** The ranking over HTTP: clients ask, another version is swapped in, and what came of both is found again beside what was planted. Gives what differs. */
export async function demonstrateServing(
  esteira: CommandLine,
  { root, plan, date }: { readonly root: string; readonly plan: Plan; readonly date: string },
): Promise<readonly string[]> {
  const clock = path.join(root, '.esteira', 'demo', 'now');
  const setClock = (now: string): void => {
    // Nobody reads half of it.
    writeFileSync(`${clock}.new`, now);
    renameSync(`${clock}.new`, clock);
  };
  const folder = path.join(root, '.esteira', 'demo', 'files');
  console.log(
    `\nServed: clients of ${date}, by the clock of that day. This program stands in for the application that they use,`,
  );
  console.log(
    'files for the topic that the endpoint sends what it showed to, and a generator for who signs a contract.',
  );
  setClock(`${date}T12:00:00Z`);
  const at = esteira.at(clock);
  const endpoint = await begin(root, clock);
  try {
    const lawyers = lawyersOf(plan);
    const application = new Application({ plan, lawyers, address: endpoint.address, folder, send: eventFiles(folder) });
    await application.serve({ from: `${date}T12:00:00Z`, to: `${date}T12:30:00Z`, requests: clients }, setClock);
    at.show('settings', 'set', 'config.ltr.ltr_ndcg_min', '0.65', '--reason', 'models are to get out again');
    setClock(`${date}T13:06:00Z`);
    at.show('run', 'train_ltr_hourly');
    await asked(`${endpoint.address}/api/debug/reload_weights`, 'POST', [
      'result',
      'from',
      'to',
      'comparison',
      'requests',
    ]);
    await asked(`${endpoint.address}/ltr/health`, 'GET', ['status', 'models', 'log']);
    await application.serve({ from: `${date}T13:10:00Z`, to: `${date}T13:40:00Z`, requests: clients }, setClock);
    await application.exportContracts(`${date}T14:30:00Z`);
    setClock(`${date}T14:31:00Z`);
    await endpoint.end();
    at.show('run', 'ltr_negocio');
    at.show(
      'query',
      "select model_version, requests, chosen, round(hit_at_3, 3) as hit_at_3, round(ndcg_at_5, 3) as ndcg_at_5, contracts from curated.vw_ltr_negocio where role = 'champion' order by 1",
    );
    return compare(at, application);
  } finally {
    await endpoint.end();
  }
}

/** Asks as a person with curl would, and shows these parts of the answer. */
async function asked(url: string, method: 'GET' | 'POST', parts: readonly string[]): Promise<void> {
  console.log(`\n$ curl ${method === 'GET' ? '' : `-X ${method} `}${url}`);
  const answer = (await (await fetch(url, { method })).json()) as Readonly<Record<string, unknown>>;
  for (const part of parts) console.log(`  ${part}: ${JSON.stringify(answer[part])}`);
}

interface Process {
  readonly address: string;
  end(): Promise<void>;
}
async function begin(root: string, clock: string): Promise<Process> {
  console.log('\n$ esteira endpoint ltr --env demo');
  const bin = path.join(root, 'bin', 'esteira.mjs');
  const child: ChildProcess = spawn(
    process.execPath,
    [bin, 'endpoint', 'ltr', '--port', '0', '--json', '--env', 'demo'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ESTEIRA_NOW: clock },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      const found = /"address":"([^"]+)"/.exec(said)?.[1];
      if (found !== undefined && /"event":"ready"/.test(said)) resolve(found);
    });
    child.once('close', () => reject(new Error(`the endpoint ended: ${said}`)));
  });
  console.log(`It is ready at ${address}`);
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { address, end };
}

/** What each version did for clients beside what its order promised: within what chance does to so many. */
function compare(esteira: CommandLine, application: Application): readonly string[] {
  const { rows } = esteira.ask<QueryView>(
    'query',
    "select model_version, requests, chosen, hit_at_3 from curated.vw_ltr_negocio where role = 'champion'",
  );
  const found = new Map(rows.map(([version, ...figures]) => [String(version), figures.map(Number)]));
  const differences: string[] = [];
  console.log('\nHit@3 by version    planted → found');
  for (const [version, { requests, hit }] of application.planted) {
    const [served = 0, chosen = 0, hits = Number.NaN] = found.get(version) ?? [];
    const error = 4 * Math.sqrt((hit * (1 - hit)) / Math.max(1, chosen));
    const same = served === requests && Math.abs(hits - hit) < error;
    console.log(
      `${same ? '✓' : '✗'} ${version.padEnd(17)} ${hit.toFixed(3)} → ${hits.toFixed(3)} ± ${error.toFixed(3)}, ${requests} → ${served} requests`,
    );
    if (!same) differences.push(`Hit@3 of ${version}: planted ${hit} of ${requests}, found ${hits} of ${served}`);
  }
  const { asked, failed, fallbacks } = application;
  const isWhole = application.planted.size === 2 && failed === 0 && fallbacks === 0;
  console.log(
    `${isWhole ? '✓' : '✗'} ${asked} requests, ${failed} failed, ${fallbacks} by the fallback, ${application.planted.size} versions`,
  );
  return isWhole ? differences : [...differences, `${failed} of ${asked} requests failed, ${fallbacks} fallbacks`];
}
