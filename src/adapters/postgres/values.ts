export { type Field, Rows } from './values/rows.ts';
export {
  type CatalogueType,
  catalogueQuery,
  type PostgresType,
  type Shape,
  saidAs,
  sayAs,
  typesOf,
} from './values/types.ts';
