import type { KeptFiles } from './kept.ts';

/** What stands below a folder of a store, as a store. */
export function within(store: KeptFiles, folder: string): KeptFiles {
  const at = (path: string): string => `${folder}/${path}`;
  const inside = folder.length + 1;
  return {
    keep: (path, content) => store.keep(at(path), content),
    read: (path) => store.read(at(path)),
    look: (path) => store.look(at(path)),
    replace: (path, now, how) => store.replace(at(path), now, how),
    remove: (path) => store.remove(at(path)),
    below: async (path, limit) =>
      (await store.below(path === '' ? folder : at(path), limit)).map((found) => found.slice(inside)),
    ...(store.probe && { probe: () => store.probe?.() ?? Promise.resolve() }),
    describe: `${store.describe}/${folder}`,
  };
}
