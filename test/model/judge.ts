import { idle, isSettled, landing, published, type Table, type Variant, type World } from './state.ts';

const timesIn = (table: Table, row: number): number => table.rows.filter((one) => one.row === row).length;

/** In every world: whoever trusts a publication finds its rows. */
function publicationWrong({ publication, target, invalid }: World, { mode }: Variant): string | undefined {
  let upper = 0;
  for (const one of publication.list) {
    const of = (table: Table) => table.rows.filter(({ run }) => run === one.run).length;
    if (mode === 'append' && of(target) !== one.valid) return 'valid rows are not as many as published';
    if (of(invalid) !== one.invalid) return 'invalid rows are not as many as published';
    if (one.valid + one.invalid !== one.upper - one.lower) return 'in is not valid + invalid';
    if (one.lower !== upper) return 'watermarks leave a gap or overlap';
    upper = one.upper;
  }
  return undefined;
}

/** When nothing is left to be done: what is published is there, once, and nothing else. */
function restWrong(world: World, { mode }: Variant): string | undefined {
  const { target, invalid } = world;
  const upper = published(world);
  for (const { row, key } of landing.filter((one) => one.row <= upper)) {
    const newer = mode === 'merge' && landing.some((one) => one.key === key && one.row > row && one.row <= upper);
    const times = timesIn(target, row) + timesIn(invalid, row);
    if (newer && times > 0) return 'an older row won';
    if (!newer && times === 0) return 'a row is lost';
    if (times > 1) return 'a row is there twice';
  }
  const runs = new Set(world.publication.list.map((one) => one.run));
  if ([...target.rows, ...invalid.rows].some((one) => !runs.has(one.run))) return 'rows of a run that never published';
  return undefined;
}

export const isAtRest = (world: World, variant: Variant): boolean =>
  isSettled(world, variant) && world.processes.every((one) => one.next === idle.next);

export const wrongIn = (world: World, variant: Variant): string | undefined =>
  publicationWrong(world, variant) ?? (isAtRest(world, variant) ? restWrong(world, variant) : undefined);
