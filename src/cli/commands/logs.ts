import type { LogView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { paint } from '../marks.ts';
import type { Look } from '../terminal.ts';
import { visible } from '../text.ts';

export const logs: Command = async ({ typed, terminal, call }) => {
  const [run = '', step] = typed.words;
  const view = await call('logs', { run, ...given('step', step) });
  return { result: view, text: () => logText(view, terminal) };
};

/** A line each, not cut: logs are searched. */
export function logText({ lines }: LogView, look: Look): string {
  if (lines.length === 0) return 'It said nothing.';
  return lines
    .map(({ at, step, level, text }) => {
      const tone = level === 'error' ? 'bad' : level === 'warn' ? 'warn' : 'quiet';
      return `${at} ${paint(look, tone, level.padEnd(5))} ${visible(`${step ? `${step}: ` : ''}${text}`)}`;
    })
    .join('\n');
}
