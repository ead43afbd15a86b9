export { type Fault, type JsonRow, type Postgrest, type PostgrestOptions, postgrest } from './postgrest/index.ts';
export { type Built, given, type World } from './world.ts';
