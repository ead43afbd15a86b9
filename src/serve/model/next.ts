import type { Refusal } from './pack.ts';

/** What a person does about a version that is published and not served. */
export function nextOf(is: Refusal, model: string): string {
  const label = model.slice(model.indexOf('.') + 1);
  switch (is) {
    case 'corrupt':
    case 'older':
      return 'esteira publish';
    case 'other model':
      return 'Give the other model a store of its own, then esteira publish.';
    case 'engine':
      return 'npm install onnxruntime-node@1.30.0, where this process runs, and start it again.';
    case 'schema':
      return `Train a version of ${label} as it is defined now, or serve the definition that this one was made by.`;
    default:
      return `esteira models rollback ${label} --reason …`;
  }
}
