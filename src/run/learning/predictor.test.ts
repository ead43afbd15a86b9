import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../errors.ts';
import { keepVersion, modelFile } from '../../registry/index.ts';
import type { Project } from '../project.ts';
import { openPredictor } from './predictor.ts';

const node = { id: 'c.ml.m', definition: { name: 'ml.m' } } as Parameters<typeof openPredictor>[0];

/** A project that has kept these bytes as what the version has learned. */
async function kept(text: string): Promise<Project> {
  const all = new Map<string, Uint8Array>();
  const files = {
    keep: async (name: string, content: Parameters<Project['files']['keep']>[1]) => {
      if ('bytes' in content) all.set(name, content.bytes);
      return 'kept' as const;
    },
    read: async (name: string) => all.get(name),
    remove: async (name: string) => void all.delete(name),
  };
  const parts = { [modelFile]: { bytes: Buffer.from(text) } };
  const contentHash = await keepVersion(files, { model: node.id, version: '1' }, { parts, about: {} });
  return { versions: files, state: { models: { version: async () => ({ contentHash }) } } } as unknown as Project;
}

test('a model file that is as it was registered, and is not understood, is a broken version', async () => {
  const forest = (text: string): string =>
    JSON.stringify({ members: [{ member: {}, parameters: { learner: 'boosted trees', text } }] });
  for (const text of ['{"members":[', forest('tree\nversion=v9\n'), forest('')])
    await assert.rejects(
      kept(text).then((project) => openPredictor(node, '1', project)),
      (error) =>
        error instanceof EsteiraError &&
        error.code === 'VERSION_BROKEN' &&
        /model\.json is not understood: ./.test(error.details.got ?? ''),
      text,
    );
});
