// Runs the systems that exist, end to end, on generated sources; says what stands in for what; compares what was planted with what was found.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { CommandLine } from './demo/command.ts';
import { demonstrateCredit } from './demo/credit.ts';
import { demonstrateEngagement } from './demo/engagement.ts';

const root = path.join(import.meta.dirname, '..');
const started = performance.now();
rmSync(path.join(root, '.esteira', 'demo'), { recursive: true, force: true });
const esteira = new CommandLine(root);
const differences = [
  ...(await demonstrateCredit(esteira, { root, tickets: Number(process.env['ESTEIRA_DEMO_TICKETS'] ?? 5000) })),
  ...(await demonstrateEngagement(esteira, { root, users: Number(process.env['ESTEIRA_DEMO_USERS'] ?? 600) })),
];
const seconds = ((performance.now() - started) / 1000).toFixed(1);
if (differences.length > 0)
  console.error(`\n${differences.length} planted figures were not found:\n${differences.join('\n')}`);
console.log(
  `\ndemo: ${differences.length === 0 ? 'every planted figure was found' : 'planted and found differ'} (${seconds} s)`,
);
process.exitCode = differences.length === 0 ? 0 : 1;
