// Publishes one version after the other to a folder, from where it was stopped, until it is killed.
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { publishedPlace, readMoves } from '../../../src/registry/index.ts';
import { contentOf, grownTrees, PublisherOfTests, rankedId, timesAsMuch } from '../../../src/serve/model/testing.ts';

const [, , folder = ''] = process.argv;
const store = folderStore({ path: path.join(folder, 'published') });
const base = await grownTrees({ trees: 10, leaves: 8 });
const of = (number: number) => contentOf(timesAsMuch(base, 1 + number / 1000), `v${number}`);
const publisher = new PublisherOfTests(store, await readMoves(store, publishedPlace(rankedId)), (version) =>
  of(Number(version.slice(1))),
);
for (;;) {
  await publisher.champion(of(publisher.moves.length + 1));
  await rest(1);
}
