import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { publish, publishedPlace } from '../../../src/registry/index.ts';
import { champion, model, publishingTo } from '../../publish/champion.ts';
import { type Cases, config, numbers, shop } from '../case.ts';

const publishing = (models: string) => ({ ...shop(numbers).files, 'esteira.config.ts': publishingTo(models) });
const toBucket = publishing(`s3({ bucket: 'litgo-models', endpoint: env('S3_ENDPOINT') })`);
const keys = 'AWS_ACCESS_KEY_ID=esteira\nAWS_SECRET_ACCESS_KEY=correct-horse\n';

/** An endpoint that looks items up, and what is new of them. */
const served = (
  column: string,
): string => `import { byHand, col, endpoint, job, linearRegression, model, sql, table } from 'esteira';
export const items = table('silver.items', {
  columns: { id: col.text().key(), n: col.real(), price: col.real()${column} }, rows: sql\`select 'a' as id, 1e0 as n, 1.5e0 as price${column && ', 2e0 as weight'}\`, write: 'merge',
});
export const demand = model('gold.demand', { from: items, features: ['n'], target: 'price', learner: linearRegression() });
export const shop = endpoint('shop', {
  path: '/api/items', model: demand, request: { id: col.text() }, answer: { price: col.real() }, lookup: { items },
  handle: ({ request, lookup }) => ({ price: lookup.items([request.id])[0]?.price ?? 0 }),
});
export const daily = job('daily', { when: byHand, build: [items] });
`;

/** Stores of models, in a bucket or a folder, and of what endpoints read. */
export const stores: Cases = {
  STORE_UNREACHABLE: [
    {
      doing: 'Models are published to a bucket, and nothing listens there.',
      words: ['publish'],
      files: { ...toBucket, '.env': `${keys}S3_ENDPOINT=http://127.0.0.1:2\n` },
    },
  ],
  ADDRESS_UNUSABLE: [
    {
      doing: 'An endpoint is to be served where another process listens.',
      words: ['endpoint', 'shop'],
      files: { 'definitions/shop.ts': served('') },
      varying: /(?<=Port |127\.0\.0\.1:)\d+/g,
      arrange: async (sandbox) => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        const local = `warehouse: duckdb({ folder: 'warehouse' }), state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }), endpoints: { shop: { port: ${port} } },`;
        sandbox.write(config({ local }));
        return async () => void server.close();
      },
    },
  ],
  STORE_REFUSED: [
    {
      doing: 'The secret key of the bucket is wrong.',
      words: ['publish'],
      files: toBucket,
      arrange: async (sandbox) => {
        const said =
          '<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match.</Message></Error>';
        const server = createServer((_, answer) => answer.writeHead(403).end(said));
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        sandbox.write({ '.env': `${keys}S3_ENDPOINT=http://127.0.0.1:${port}\n` });
        return async () => void server.close();
      },
    },
  ],
  TABLE_UNSERVABLE: [
    {
      doing: 'A table that is looked up has got a column, and its rows have no value in it.',
      words: ['publish'],
      files: { 'definitions/shop.ts': served('') },
      before: [['setup'], ['run', 'daily']],
      arrange: async (sandbox) => {
        sandbox.write({ 'definitions/shop.ts': served(', weight: col.real()') });
        await sandbox.succeed('setup');
        return undefined;
      },
    },
  ],
  PUBLISH_CONFLICT: [
    {
      doing: 'Two projects publish a model of one name to the same place.',
      words: ['publish'],
      files: publishing(`folder({ path: 'published' })`),
      before: [['status']],
      arrange: async (sandbox) => {
        const theirs = { number: 1, to: '20250630_0215', by: 'ana', reason: 'first', at: '2025-06-30T03:00:00Z' };
        await publish(folderStore({ path: sandbox.file('published') }), {
          ...{ place: publishedPlace(model), model, moves: [theirs] },
          load: async (to) => ({ model, version: to, contentHash: 'theirs', about: {}, parts: {} }),
        });
        await champion(sandbox, 1);
        return undefined;
      },
    },
  ],
};
