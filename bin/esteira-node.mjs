#!/usr/bin/env node
// The Node that Esteira runs on, for a project's own scripts: `esteira-node --test tests/*.test.ts`.
import { become, pinnedNode } from './node.mjs';

try {
  process.exitCode = await become(pinnedNode(import.meta.url) ?? process.execPath, process.argv.slice(2));
} catch (error) {
  console.error(`esteira-node: ${error.message}`);
  process.exitCode = 1;
}
