/** Names as people write them: without the catalog where all have the same. */
export function labelOf(names: readonly string[]): (name: string) => string {
  const catalogs = new Set(names.map((name) => name.split('.')[0]));
  if (catalogs.size !== 1 || names.some((name) => name.split('.').length < 3)) return (name) => name;
  return (name) => name.slice(name.indexOf('.') + 1);
}
