import fastify from 'fastify';
import type { Serving } from '../endpoint.ts';
import type { Parts, Row } from '../parts.ts';

/** Listens, and answers with what the parts give. */
export async function listen(
  { endpoint, host, port }: Pick<Serving, 'endpoint' | 'host' | 'port'>,
  { models, tables }: Parts,
): Promise<{ readonly address: string; close(): Promise<void> }> {
  const { facts } = endpoint;
  const server = fastify({ logger: false, bodyLimit: facts.limits.bytes });
  const lookup = Object.fromEntries(Object.keys(facts.lookup).map((name) => [name, tables.lookup(name)]));
  server.post(facts.path, async (request, reply) => {
    const use = models.begin();
    const began = performance.now();
    try {
      const predict = (rows: readonly Row[]): readonly Row[] => use.predict(rows);
      reply.header('x-model-version', use.served?.version ?? 'none');
      return await facts.handle({ id: request.id, request: request.body, lookup, predict });
    } finally {
      use.end({ failed: false, milliseconds: performance.now() - began });
    }
  });
  const address = await server.listen({ host, port });
  return { address, close: () => server.close() };
}
