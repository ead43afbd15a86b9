import { type Endpoint, eventsFolder } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isWritable, whereOf, writable } from '../graph/index.ts';
import type { MessageSink } from '../ports/index.ts';
import type { Environment } from './project.ts';
import { readerOf } from './stand-ins.ts';
import type { Variables } from './variables.ts';

/** Where an endpoint's events go: where their source is read from, in this environment. `EventTarget` of serve/ says what each is. */
export type EventsTo =
  | { readonly to: 'topic'; readonly sink: MessageSink; readonly key: string | undefined }
  | { readonly to: 'files'; readonly pattern: string; readonly below: string };

/** Nothing where the endpoint has no events. Throws CONFIG_INVALID for what cannot be written. */
export async function eventsTo(
  { name, facts: { events } }: Endpoint,
  of: { readonly environment: Environment; readonly variables: Variables; readonly folder: string },
): Promise<EventsTo | undefined> {
  if (!events) return undefined;
  const { environment, variables, folder } = of;
  const reader = readerOf(events.to, environment);
  if (!isWritable(reader))
    throw new EsteiraError('CONFIG_INVALID', {
      what: `The endpoint ${name} sends events to ${events.to.name}, and what stands in for it cannot be written.`,
      where: 'esteira.config.ts',
      got: `${reader.by} ${reader.options['pattern'] ?? ''}`.trim(),
      allowed: writable,
      next: 'Correct it at standIns.',
    });
  const { by, options } = reader;
  if (by === 'files') {
    // Its owner brings them from there to where the source reads.
    const below = environment.models?.length ? `${eventsFolder(name)}/` : '';
    return { to: 'files', pattern: options['pattern'] ?? '', below };
  }
  const { kafkaSink } = await import('../adapters/kafka/send.ts');
  const values = {
    value: (one: string) => variables.value(one),
    secret: (one: string) => variables.secret(one),
    folder,
  };
  return { to: 'topic', sink: kafkaSink({ by, options, where: whereOf(events.to) }, values), key: options['key'] };
}
