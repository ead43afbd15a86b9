import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Answer, Answers } from '../answers.ts';
import { readerOf } from '../body/read.ts';
import type { Serving } from '../endpoint.ts';
import type { ModelUse, Parts } from '../parts.ts';
import { Refusal } from '../refusals.ts';
import { Sparing } from '../sparing.ts';
import type { Tally } from '../tally.ts';
import { batchReader, itemText, refusedText } from './batch.ts';
import { bodyReader, parsed } from './body.ts';
import { answerClient, answerError, json } from './errors.ts';
import { idOf } from './ids.ts';

export interface Listening {
  readonly server: FastifyInstance;
  readonly address: string;
}

/** Milliseconds that a request may take to arrive: its headers, and all of it. */
export interface Patience {
  readonly headers: number;
  readonly body: number;
}
const usualPatience: Patience = { headers: 5000, body: 10_000 };
/** Milliseconds that a batch may keep other requests waiting. */
const breath = 5;

type Begun = FastifyRequest & { use?: ModelUse; failed?: boolean; took?: number };

/** The server of an endpoint with the routes by which it answers; others are added before it listens. */
export function serverOf(
  { endpoint, say, patience = usualPatience }: Pick<Serving, 'endpoint' | 'say' | 'patience'>,
  {
    answers,
    parts,
    tally,
    opened,
    isEnding,
  }: {
    readonly answers: Answers;
    readonly parts: Parts;
    readonly tally: Tally;
    /** Requests wait for it. */
    readonly opened: Promise<void>;
    /** No connection is used again. */
    readonly isEnding: () => boolean;
  },
): FastifyInstance {
  const { facts } = endpoint;
  const { bytes, items, batch } = facts.limits;
  const refused = (refusal: Refusal | undefined): void => {
    if (refusal && refusal.status < 500) tally.day.refusedAs(refusal.code);
  };
  const sparing = new Sparing(say);
  const server = fastify({
    ...{ logger: false, bodyLimit: bytes, requestTimeout: patience.body, return503OnClosing: false },
    ...{ genReqId: (raw: IncomingMessage) => idOf(raw), requestIdHeader: false, exposeHeadRoutes: true },
    http: {
      headersTimeout: patience.headers,
      connectionsCheckingInterval: Math.min(1000, patience.headers),
      maxHeaderSize: 16_384,
    },
    clientErrorHandler: (error: Error, socket: Socket) => refused(answerClient(error, socket)),
    frameworkErrors: (error, request, reply) => refused(answerError(error, request, reply, { bytes, sparing })),
  });
  server.addHook('onClose', (_, done) => {
    sparing.close();
    answers.close();
    done();
  });
  // What is added to each request is there from its beginning, so that all of them have one shape.
  for (const name of ['use', 'took']) server.decorateRequest(name, undefined);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  server.setErrorHandler((error, request, reply) => refused(answerError(error, request, reply, { bytes, sparing })));
  const paths = new Map<string, string[]>();
  server.addHook('onRoute', ({ url, method }) => void paths.set(url, [...(paths.get(url) ?? []), ...[method].flat()]));
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (isEnding()) void reply.header('connection', 'close');
    done(request.is404 ? nowhere(request, reply, paths) : undefined);
  });
  server.setNotFoundHandler(() => {});

  const readRequest = bodyReader(facts.request, { items });
  const readBatch = batchReader(readerOf(facts.request, { items }), { batch });
  const header = facts.shadow?.header?.toLowerCase();
  const asked = (request: Begun) => ({
    use: request.use as ModelUse,
    lookup: parts.tables.current.lookup,
    isShadowed: header !== undefined && request.headers[header] === '1',
  });

  let isOpen = false;
  const opening = opened.then(() => {
    isOpen = true;
  });
  /** A request keeps the version that there is when it arrives. */
  const begin = (request: Begun, reply: FastifyReply, done: () => void): void => {
    if (!isOpen) return void opening.then(() => begin(request, reply, done));
    // Who asked may have gone away while it waited: nothing would ever give the version back.
    if (reply.raw.destroyed) return;
    const use = parts.models.begin();
    request.use = use;
    reply.raw.once('close', () => use.end({ failed: reply.raw.statusCode >= 500, milliseconds: request.took }));
    done();
  };
  server.post(facts.path, { onRequest: begin }, (request: Begun, reply) => {
    const began = performance.now();
    const given = answers.answer({ id: request.id, request: readRequest(request.body), ...asked(request) });
    const send = ({ text, by, version }: Answer): void => {
      request.took = performance.now() - began;
      void reply
        .header('x-model-version', version ?? 'none')
        .header('x-answered-by', by)
        .type(json)
        .send(text);
    };
    if (given instanceof Promise) return given.then(send).then(() => reply);
    send(given);
    return undefined;
  });
  server.post(`${facts.path}/batch`, { onRequest: begin }, async (request: Begun, reply) => {
    const began = performance.now();
    const common = asked(request);
    const texts: (string | Promise<string>)[] = [];
    let since = began;
    for (const { own, ...item } of readBatch(parsed(request.body), request.id)) {
      texts.push(oneOf(own, () => answers.answer({ ...item, ...common }), refused));
      if (performance.now() - since < breath) continue;
      await new Promise(setImmediate);
      since = performance.now();
    }
    const all = await Promise.all(texts);
    request.took = performance.now() - began;
    return reply
      .header('x-model-version', common.use.served?.version ?? 'none')
      .type(json)
      .send(`{"answers":[${all.join(',')}]}`);
  });
  return server;
}

/** One of a batch: refused or failed by itself. */
function oneOf(
  id: string,
  answer: () => Answer | Promise<Answer>,
  refused: (refusal: Refusal) => void,
): string | Promise<string> {
  const failed = (thrown: unknown): string => {
    if (!(thrown instanceof Refusal)) throw thrown;
    refused(thrown);
    return refusedText(id, thrown);
  };
  try {
    const given = answer();
    return given instanceof Promise ? given.then((one) => itemText(id, one)).catch(failed) : itemText(id, given);
  } catch (thrown) {
    return failed(thrown);
  }
}

function nowhere(request: FastifyRequest, reply: FastifyReply, paths: ReadonlyMap<string, readonly string[]>): Refusal {
  const [path = ''] = request.url.split('?');
  const methods = paths.get(path);
  if (!methods)
    return new Refusal('PATH_UNKNOWN', {
      message: 'Nothing is at this path.',
      ...{ where: path.slice(0, 200), allowed: [...paths.keys()].join(', ') },
      next: 'GET /openapi.json says what there is.',
    });
  const allowed = [...new Set(methods)].join(', ');
  void reply.header('allow', allowed);
  return new Refusal('METHOD_WRONG', {
    message: `${path} takes another method.`,
    ...{ where: path, got: request.method, allowed },
    next: 'GET /openapi.json says what there is.',
  });
}
