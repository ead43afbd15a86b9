export { type Loaded, type Loading, loadAside } from './loading.ts';
export { Models, type ModelsOptions } from './models.ts';
export { type PackedModel, packModel, type Refusal, Unservable } from './pack.ts';
export type { Receipt, Result } from './receipt.ts';
export { type ServedModel, servedModel, UnknownMember } from './served.ts';
export type { ModelsState } from './state.ts';
export { type WantedModel, wantedOf } from './wanted.ts';
