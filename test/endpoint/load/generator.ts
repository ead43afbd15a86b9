// The other process of `load`: is sent a plan, sends back figures.
import { closeSync, openSync, writeSync } from 'node:fs';
import { openLoop, type Plan } from './open-loop.ts';

process.once('message', async ({ plan, file }: { readonly plan: Plan; readonly file?: string }) => {
  const descriptor = file === undefined ? undefined : openSync(file, 'w');
  const before = process.cpuUsage();
  const loop = openLoop(plan, (answered) => {
    if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(answered)}\n`);
  });
  process.on('message', () => loop.stop());
  process.on('disconnect', () => process.exit(1));
  const figures = await loop.ended;
  const { user, system } = process.cpuUsage(before);
  if (descriptor !== undefined) closeSync(descriptor);
  process.send?.({ ...figures, cpu: (user + system) / 1e6 }, () => process.exit(0));
});
