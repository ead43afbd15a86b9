import { createHash } from 'node:crypto';

/** As a name in SQL and in the protocol's own commands. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The longest name that Postgres takes. */
const longest = 63;

/**
 * What a slot and its publication are called: always the same for the parts, another for others. A slot's name has small letters, digits and
 * underscores only; where the parts have others, or are too long, the end says which they were.
 */
export function slotName(...parts: readonly string[]): string {
  const plain = `esteira_${parts.join('_')}`;
  const name = plain.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  if (name === plain && name.length <= longest) return name;
  const hash = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
  return `${name.slice(0, longest - 9)}_${hash}`;
}
