// Files that write a file, open a socket or read a secret when they are loaded, by every way that is known to us, wrapped in many: each does it where it is
// loaded as people do, and none where Esteira imports it, with the scan, behind it, and without it. ESTEIRA_ROUNDS times so many.
import { hostilities } from '../import/hostility.ts';
import { allVariants } from '../import/variants.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(allVariants);
const { found, differences } = await hostilities(tried);
console.log(`${JSON.stringify(found)}\n  ${differences.join('\n  ') || 'none did anything'}`);
const counts = { ...found, differences: differences.length };
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src/adapters/sklearn', 'test/import'] }));
process.exitCode = differences.length === 0 ? 0 : 1;
