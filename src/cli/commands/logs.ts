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

/** Not cut: logs are searched. What takes several lines, such as an error, goes on below its beginning. */
export function logText({ lines }: LogView, look: Look): string {
  if (lines.length === 0) return 'It said nothing.';
  return lines
    .map(({ at, step, level, text }) => {
      const tone = level === 'error' ? 'bad' : level === 'warn' ? 'warn' : 'quiet';
      const words = visible(`${step ? `${step}: ` : ''}${text}`, { lines: true }).replaceAll('\n', '\n  ');
      const time = Temporal.Instant.from(at).toString({ fractionalSecondDigits: 3 });
      return `${time} ${paint(look, tone, level.padEnd(5))} ${words}`;
    })
    .join('\n');
}
