// Runs the systems that exist, or those that are named, end to end, on generated sources; says what stands in for what; compares what was planted
// with what was found.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { CommandLine } from './demo/command.ts';
import { demonstrateCredit } from './demo/credit.ts';
import { demonstrateEngagement } from './demo/engagement.ts';
import { demonstrateLeads } from './demo/leads.ts';
import { demonstratePricing } from './demo/pricing.ts';
import { demonstrateRanking } from './demo/ranking.ts';

const root = path.join(import.meta.dirname, '..');
const amount = (name: string, usual: number): number => Number(process.env[name] ?? usual);
type Demonstration = (esteira: CommandLine) => Promise<readonly string[]>;
const systems: Readonly<Record<string, Demonstration>> = {
  credit: (esteira) =>
    demonstrateCredit(esteira, {
      root,
      tickets: amount('ESTEIRA_DEMO_TICKETS', 5000),
      days: amount('ESTEIRA_DEMO_DAYS', 3),
    }),
  engagement: (esteira) => demonstrateEngagement(esteira, { root, users: amount('ESTEIRA_DEMO_USERS', 600) }),
  ranking: (esteira) => demonstrateRanking(esteira, { root, matches: amount('ESTEIRA_DEMO_MATCHES', 200) }),
  leads: (esteira) => demonstrateLeads(esteira, { root, users: amount('ESTEIRA_DEMO_LEADS', 1000) }),
  pricing: (esteira) => demonstratePricing(esteira, { root, products: amount('ESTEIRA_DEMO_PRODUCTS', 20) }),
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(systems, name));
if (unknown.length > 0) {
  console.error(`demo: there is no ${unknown.join(', ')}; there are ${Object.keys(systems).join(', ')}`);
  process.exit(2);
}
const started = performance.now();
rmSync(path.join(root, '.esteira', 'demo'), { recursive: true, force: true });
const esteira = new CommandLine(root);
const differences: string[] = [];
for (const [name, demonstrate] of Object.entries(systems))
  if (named.length === 0 || named.includes(name)) differences.push(...(await demonstrate(esteira)));
const seconds = ((performance.now() - started) / 1000).toFixed(1);
if (differences.length > 0)
  console.error(`\n${differences.length} planted figures were not found:\n${differences.join('\n')}`);
console.log(
  `\ndemo: ${differences.length === 0 ? 'every planted figure was found' : 'planted and found differ'} (${seconds} s)`,
);
process.exitCode = differences.length === 0 ? 0 : 1;
