export { type Field, Rows } from './values/rows.ts';
export { type CatalogueType, catalogueQuery, type PostgresType, saidAs, sayAs, typesOf } from './values/types.ts';
