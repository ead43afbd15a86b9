import type { FastifyInstance } from 'fastify';
import type { Endpoint } from '../../define/index.ts';
import { metricsText, metricsType } from '../metrics.ts';
import type { Parts } from '../parts.ts';
import type { Tally } from '../tally.ts';
import { openApi } from './openapi.ts';
import { refuseStrangers } from './token.ts';

/** What is shown of the process itself, as `health.ts` puts it together. */
export interface Looks {
  health(): { readonly status: 'ok' | 'fallback' | 'not ready' | 'stopping' } & object;
  /** Reads the settings and tables anew, and looks for another champion. */
  reload(by: string): Promise<object>;
}

/** The routes by which people and machines look at an endpoint. */
export function addRoutes(
  server: FastifyInstance,
  of: {
    readonly endpoint: Endpoint;
    readonly parts: Parts;
    readonly tally: Tally;
    readonly looks: Looks;
    readonly token: string | undefined;
  },
): void {
  const { endpoint, parts, tally, looks, token } = of;
  const { path } = endpoint.facts.reload;
  server.get('/health/live', () => ({ status: 'ok', pid: process.pid }));
  server.get('/health/ready', (_, reply) => {
    const { status } = looks.health();
    const isReady = status === 'ok' || status === 'fallback';
    return reply.code(isReady ? 200 : 503).send({ status });
  });
  server.get(`/${endpoint.name}/health`, (_, reply) => {
    const health = looks.health();
    const isReady = health.status === 'ok' || health.status === 'fallback';
    return reply.code(isReady ? 200 : 503).send(health);
  });
  let own: ReturnType<typeof processMetrics> | undefined;
  server.get('/metrics', async (_, reply) => {
    const { models, tables, log, events, shadow } = parts;
    const text = metricsText(endpoint.name, tally.all, [models, tables, log, events, shadow]);
    own ??= processMetrics();
    return reply.type(metricsType).send(text + (await (await own).metrics()));
  });
  let described: object | undefined;
  server.get('/openapi.json', () => {
    described ??= openApi(endpoint);
    return described;
  });
  server.get(path, () => parts.models.state());
  server.post(path, async (request) => {
    refuseStrangers(request, token);
    return looks.reload('request');
  });
}

/** Memory, processor, garbage, delays of the loop: what Node says of itself, from when it is first asked: who begins is not to wait for it. */
async function processMetrics(): Promise<{ metrics(): Promise<string> }> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  return registry;
}
