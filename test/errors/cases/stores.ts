import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { keepVersion, publish, publishedPlace } from '../../../src/registry/index.ts';
import { type Cases, config, numbers, shop } from '../case.ts';

const publishing = (models: string) => ({
  ...shop(numbers).files,
  ...config({
    local: `warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      models: [${models}],`,
  }),
});
const toBucket = publishing(`s3({ bucket: 'litgo-models', endpoint: env('S3_ENDPOINT') })`);
const keys = 'AWS_ACCESS_KEY_ID=esteira\nAWS_SECRET_ACCESS_KEY=correct-horse\n';
const model = 'shop.analytics.ltr';
const version = '20250714_0215';

/** Stores of models, in a bucket or a folder. */
export const stores: Cases = {
  STORE_UNREACHABLE: [
    {
      doing: 'Models are published to a bucket, and nothing listens there.',
      words: ['publish'],
      files: { ...toBucket, '.env': `${keys}S3_ENDPOINT=http://127.0.0.1:2\n` },
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
  PUBLISH_CONFLICT: [
    {
      doing: 'Two projects publish a model of one name to the same place.',
      words: ['publish'],
      files: publishing(`folder({ path: 'published' })`),
      before: [['status']],
      arrange: async (sandbox) => {
        const theirs = { number: 1, to: '20250701_0215', by: 'ana', reason: 'first', at: '2025-07-01T03:00:00Z' };
        await publish(folderStore({ path: sandbox.file('published') }), {
          ...{ place: publishedPlace(model), model, moves: [theirs] },
          load: async (to) => ({ model, version: to, contentHash: 'theirs', about: {}, parts: {} }),
        });
        const files = folderStore({ path: sandbox.file('data') });
        const contentHash = await keepVersion(files, { model, version }, { parts: {}, about: {} });
        const state = new DatabaseSync(sandbox.file('warehouse/state.sqlite'));
        const at = '2025-07-14T03:00:00Z';
        state.exec(`
          insert into model_version (model, version, run_id, state, created_at, content_hash, about)
            values ('${model}', '${version}', 'r1', 'released', '${at}', '${contentHash}', '{}');
          insert into model_champion (model, version, number) values ('${model}', '${version}', 1);
          insert into model_move (model, number, to_version, moved_by, reason, at) values ('${model}', 1, '${version}', 'rui', 'first', '${at}');`);
        state.close();
        return undefined;
      },
    },
  ],
};
