import { createServer } from 'node:http';

/** What is answered: `ok` with 200, anything else with 503. */
interface Health {
  readonly status: 'ok' | 'starting' | 'stuck';
}
export interface HealthServer {
  readonly port: number;
  close(): void;
}

/** Answers `GET /health` of this machine alone. Port 0 takes a free one. */
export async function serveHealth(port: number, health: () => Health): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url?.split('?')[0] === '/health';
    const answer = isKnown ? health() : { error: 'GET /health' };
    response.statusCode = isKnown ? ('status' in answer && answer.status === 'ok' ? 200 : 503) : 404;
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify(answer)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
