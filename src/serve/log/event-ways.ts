import { readFile } from 'node:fs/promises';
import type { Content, KeptFiles, MessageSink, SentMessage } from '../../ports/index.ts';
import type { Say } from '../parts.ts';
import type { EventText } from './event-text.ts';

/** Where events go, as the environment reads the source. */
export type EventTarget =
  | { readonly to: 'topic'; readonly sink: MessageSink; readonly key: string | undefined }
  /** Files below a folder of the store, which the pattern names. */
  | { readonly to: 'files'; readonly pattern: string; readonly below: string };

/** How events are spooled, and what becomes of a file of them. */
export interface Way {
  /** Each file is ended as soon as it is written: it is sent, not kept. */
  readonly isSent: boolean;
  readonly line: (event: EventText, now: number) => string;
  readonly day: (event: EventText, now: number) => number;
  readonly target: (day: string, called: string) => string;
  readonly store: Pick<KeptFiles, 'keep'>;
  close(): Promise<void>;
}

/** Files of a day, each with a name of its own where the pattern has a star. */
const filesWay = ({ pattern, below }: EventTarget & { to: 'files' }, store: KeptFiles): Way => ({
  isSent: false,
  line: ({ text }) => `${text}\n`,
  day: ({ at }, now) => at ?? now,
  target: (day, called) => {
    const [first = '', ...others] = pattern.replaceAll('{date}', day).split('*');
    return `${below}${first}${/[/]$|^$/.test(first) ? '' : '-'}${called}${others.join('')}`;
  },
  store,
  close: async () => {},
});

/** Each line is a message with its key and time. */
function topicWay({ sink }: EventTarget & { to: 'topic' }, say: Say): Way {
  const waits = (error: unknown): void => {
    const { message: text = String(error), code } = error as { readonly message?: string; readonly code?: string };
    if (!isWaiting) say({ level: 'warn', event: 'events wait for their broker', text, ...(code && { code }) });
    isWaiting = true;
  };
  let isWaiting = false;
  return {
    isSent: true,
    line: ({ text, key, at }, now) => `${JSON.stringify([key, at ?? now, text])}\n`,
    // Files are in the order in which they were written, whatever they tell of.
    day: () => 0,
    target: (_, called) => called,
    store: {
      async keep(_: string, content: Content) {
        await sink.send(await messagesIn(content), waits);
        if (isWaiting) say({ level: 'info', event: 'events sent again' });
        isWaiting = false;
        return 'kept';
      },
    },
    close: () => sink.close(),
  };
}

async function messagesIn(content: Content): Promise<readonly SentMessage[]> {
  const text = 'file' in content ? await readFile(content.file, 'utf8') : Buffer.from(content.bytes).toString();
  const lines = text.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [key, at, of] = JSON.parse(line) as [string | null, number, string];
    return { key, at, text: of };
  });
}

export const wayOf = (target: EventTarget, { store, say }: { readonly store: KeptFiles; readonly say: Say }): Way =>
  target.to === 'files' ? filesWay(target, store) : topicWay(target, say);
