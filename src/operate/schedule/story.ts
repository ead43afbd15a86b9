import type { RunEvent } from '../views.ts';

/** What a line of a log says of an event of a run; nothing of what is not worth one. */
export function storyOf(
  event: RunEvent,
): { readonly level: 'info' | 'warn' | 'error'; readonly text: string } | undefined {
  switch (event.type) {
    case 'run':
      return { level: 'info', text: `${event.resumed ? 'goes on' : 'begins'}: ${counted(event.steps.length)}` };
    case 'step': {
      const { step, state, account, seconds, unchanged } = event;
      if (state !== 'done' || unchanged || !account) return undefined;
      const { in: total, valid, invalid, duplicates } = account;
      const took = seconds === undefined ? '' : `, ${seconds.toFixed(2)} s`;
      const text = `${step}: in ${total} = valid ${valid} + invalid ${invalid} + duplicates ${duplicates}${took}`;
      return { level: 'info', text };
    }
    case 'note':
      return { level: event.level, text: event.step ? `${event.step}: ${event.text}` : event.text };
    case 'end':
      return {
        level: event.state === 'succeeded' ? 'info' : 'warn',
        text: `${event.state}, ${event.seconds.toFixed(1)} s`,
      };
    default:
      return undefined;
  }
}

const counted = (steps: number): string => (steps === 1 ? '1 step' : `${steps} steps`);
