/** Names as people write them: without the catalog where all have the same. */
export function labelOf(names: readonly string[]): (name: string) => string {
  const catalogs = new Set(names.map((name) => name.split('.')[0]));
  if (catalogs.size !== 1 || names.some((name) => name.split('.').length < 3)) return (name) => name;
  return (name) => name.slice(name.indexOf('.') + 1);
}

/** How a run is asked for again; a rerun is called as it was asked for. A run of some steps has their selection behind its job's name. */
export function runCommand(job: string, date: string): string {
  if (job.startsWith('reprocess ')) return `esteira ${job}`;
  const [name = '', selection] = job.split(/:(.*)/s);
  return `esteira run ${name} --date ${date}${selection ? ` --select '${selection}'` : ''}`;
}
