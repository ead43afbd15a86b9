import type { FoundThere } from '../../ports/index.ts';
import type { Rest } from './client.ts';
import type { Described } from './describe.ts';
import { type Selected, Unpaged } from './pages.ts';
import { filter, nameOf, type Word } from './query.ts';

/** By order of a column those rows stand at the end of which it says nothing, and no page begins after it. */
export async function refuseKeyless(
  rest: Rest,
  { filled }: Described,
  { name, key, where, signal }: Selected,
): Promise<void> {
  if (filled.has(key)) return;
  const query: readonly Word[] = [['select', nameOf(key)], ...where, filter(key, 'is', 'null'), ['limit', '1']];
  const { text } = await rest.ask({ name, query, signal });
  if (text.trim() !== '[]') throw new Unpaged(`a row has no ${key}`);
}

/** Whom row security applies to cannot tell a table without rows from one of which it may see none. */
export async function hiddenOf(
  rest: Rest,
  { name, key, signal }: Pick<Selected, 'name' | 'key' | 'signal'>,
): Promise<FoundThere['doubt']> {
  if (rest.seesAll) return undefined;
  const { text } = await rest.ask({
    name,
    query: [
      ['select', nameOf(key)],
      ['limit', '1'],
    ],
    signal,
  });
  return text.trim() === '[]' ? hidden(name) : undefined;
}
export const hidden = (name: string): NonNullable<FoundThere['doubt']> => ({
  what: `the API shows no row of ${name} to the role of this key: row security may hide them`,
  next: 'Use the key of service_role, or write a policy that lets the role of the key read; nothing is to be done where the table is empty.',
});
