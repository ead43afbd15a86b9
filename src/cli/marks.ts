import { styleText } from 'node:util';
import type { StepState } from '../ports/index.ts';
import type { Look } from './terminal.ts';

type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong';
const styles = { good: 'green', bad: 'red', warn: 'yellow', quiet: 'dim', strong: 'bold' } as const;

export function paint(look: Pick<Look, 'color'>, tone: Tone, text: string): string {
  return look.color ? styleText(styles[tone], text, { validateStream: false }) : text;
}

const marks: Readonly<Record<StepState, readonly [unicode: string, letter: string, tone: Tone]>> = {
  done: ['✓', '+', 'good'],
  failed: ['✗', 'x', 'bad'],
  running: ['▸', '>', 'strong'],
  pending: ['·', '.', 'quiet'],
  skipped: ['–', '-', 'quiet'],
};

/** One column wide. */
export function mark(look: Pick<Look, 'color' | 'unicode'>, state: StepState): string {
  const [unicode, letter, tone] = marks[state];
  return paint(look, tone, look.unicode ? unicode : letter);
}
