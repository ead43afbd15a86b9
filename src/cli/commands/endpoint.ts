import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Clock } from '../../ports/index.ts';
import type { Command } from '../command.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { addressUnusable } from '../listening.ts';
import { visible } from '../text.ts';

export const endpoint: Command = async ({ typed, terminal }) => {
  const [{ findProject }, { endpointOf, openServing }, { serve }, { LineLog }] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/serving.ts'),
    import('../../serve/endpoint.ts'),
    import('../../serve/log/index.ts'),
  ]);
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  const environment = typed.texts.get('env');
  const opened = await openServing({ folder, ...(environment !== undefined && { environment }) });
  const found = endpointOf(opened.graph, typed.words[0]);
  const usual = opened.addressOf(found.name);
  const host = typed.texts.get('host') ?? usual.host;
  const port = Number(typed.texts.get('port') ?? usual.port);
  const token = opened.variable('ESTEIRA_TOKEN');
  const isJson = typed.flags.has('json');
  const shown = (line: Readonly<Record<string, unknown>>): void =>
    terminal.tell(
      `${opened.redact(isJson ? JSON.stringify({ at: atOf(opened.clock), ...line }) : lineText(line, opened.clock))}\n`,
    );
  const { clock, redact } = opened;
  const own = randomUUID();
  const file = opened.logs.get(found.name);
  const about = { endpoint: found.name, environment: opened.environment, process: own };
  const log = file && new LineLog({ file, clock, about, redact, also: shown });
  const say = log?.say ?? shown;
  const stopped = Promise.withResolvers<void>();
  const interrupt = listenForInterrupt({ onFirst: () => stopped.resolve(), end: (code) => process.exit(code) });
  try {
    const served = await serve({
      ...{
        endpoint: found,
        store: opened.store,
        exports: opened.exports,
        onnx: opened.onnx,
        clock: opened.clock,
        takeLock: opened.takeLock,
        process: own,
        say,
        host,
        port,
      },
      eventsTo: await opened.eventsTo(found),
      ending: interrupt.signal,
      ...(token !== undefined && { token }),
      idOf: (definition) => opened.graph.nodeOf(definition).id,
      folder: path.join(opened.local, 'endpoints', opened.environment, found.name),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') throw error;
      const another = `endpoints: { ${found.name}: { port: … } } of the environment`;
      const next = `Take another one: ${another}, or --port; --port 0 finds a free one.`;
      const unusable = addressUnusable({ host, port }, error, next);
      const { code, message: text, details } = unusable;
      log?.say({ level: 'error', event: 'not started', code, text, got: details.got, next });
      throw unusable;
    });
    const look = (): void => void served.look();
    process.on('message', look);
    await stopped.promise;
    process.off('message', look);
    await served.close();
    return { result: { endpoint: found.name, address: served.address }, text: () => 'Stopped.' };
  } finally {
    await log?.close();
    interrupt.close();
  }
};

const atOf = ({ now }: Clock): string => now().toString({ smallestUnit: 'millisecond' });

/** `2028-02-29T02:15:00Z info  reload: result swapped, to 20280229_0215`. */
function lineText({ at: _, level, event, ...about }: Readonly<Record<string, unknown>>, { now }: Clock): string {
  const time = now().toString({ smallestUnit: 'second' });
  const more = Object.entries(about).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`],
  );
  return `${time} ${String(level).padEnd(5)} ${event}${more.length > 0 ? `: ${visible(more.join(', '))}` : ''}`;
}
