export { env } from '../define/index.ts';
export { duckdb, folder, sqlite } from './adapters.ts';
export { email, slack, toFile, webhook } from './channels.ts';
export { lightgbm } from './lightgbm.ts';
export { postgresFiles } from './postgres-files.ts';
export { postgres } from './postgres-state.ts';
export { type Environment, type ProjectConfig, project } from './project.ts';
export { s3 } from './s3.ts';
export { sklearn } from './sklearn.ts';
