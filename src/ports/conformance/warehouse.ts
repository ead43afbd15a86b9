import { comparing } from './warehouse/comparing.ts';
import { dissecting } from './warehouse/dissecting.ts';
import { equalRows } from './warehouse/equal-rows.ts';
import { exporting } from './warehouse/exporting.ts';
import { filesOfStep } from './warehouse/files.ts';
import { histories } from './warehouse/histories.ts';
import { invalidRows } from './warehouse/invalid.ts';
import { landing } from './warehouse/landing.ts';
import { learning } from './warehouse/learning.ts';
import { modes } from './warehouse/modes.ts';
import { names } from './warehouse/names.ts';
import { type Open, onEach } from './warehouse/on.ts';
import { originsOf } from './warehouse/origins.ts';
import { partitions } from './warehouse/partitions.ts';
import { publishing } from './warehouse/publishing.ts';
import { reading } from './warehouse/reading.ts';
import { rerun } from './warehouse/rerun.ts';
import { shapes } from './warehouse/shapes.ts';

/** What every warehouse must do, whatever the engine: cases of node:test. */
export function warehouseConformance(name: string, open: Open): void {
  const on = onEach(name, open);
  modes(on);
  equalRows(on);
  histories(on);
  partitions(on);
  invalidRows(on);
  publishing(on);
  filesOfStep(on);
  landing(on);
  learning(on);
  reading(on);
  rerun(on);
  shapes(on);
  comparing(on);
  exporting(on);
  names(on);
  originsOf(on);
  dissecting(on);
}
