import { modes } from './warehouse/modes.ts';
import { type Open, onEach } from './warehouse/on.ts';

/** What every warehouse must do, whatever the engine: cases of node:test. */
export function warehouseConformance(name: string, open: Open): void {
  const on = onEach(name, open);
  modes(on);
}
