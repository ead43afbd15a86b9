/** One Ctrl-C often arrives twice: from the terminal, and again from npm or the process that started this one. */
const sameKey = 400;

export interface Interrupt {
  readonly signal: AbortSignal;
  close(): void;
}

/** A terminal says SIGINT, whoever manages processes SIGTERM. */
const signals = ['SIGINT', 'SIGTERM'] as const;

/** The first Ctrl-C asks the work to stop, the second ends the process at once; a run that it leaves goes on with the next one. */
export function listenForInterrupt(options: {
  onFirst(): void;
  end(code: number): void;
  now?(): number;
  source?: NodeJS.EventEmitter;
}): Interrupt {
  const { onFirst, end, now = () => performance.now(), source = process } = options;
  const controller = new AbortController();
  let first: number | undefined;
  const listener = (): void => {
    if (first === undefined) {
      first = now();
      onFirst();
      controller.abort();
    } else if (now() - first > sameKey) {
      end(130);
    }
  };
  for (const name of signals) source.on(name, listener);
  const close = (): void => {
    for (const name of signals) source.off(name, listener);
  };
  return { signal: controller.signal, close };
}
