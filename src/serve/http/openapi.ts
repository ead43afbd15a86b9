import type { Endpoint } from '../../define/index.ts';
import { type Schema, schemaOf } from '../body/schema.ts';
import { refusals } from '../refusals.ts';

type Operation = Readonly<Record<string, unknown>>;
const as = (schema: Schema, description: string): object => ({
  description,
  content: { 'application/json': { schema } },
});
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const id = { type: 'string', pattern: '^[\\w.:-]{1,128}$' };

/** What the endpoint takes and gives, in OpenAPI 3.1. */
export function openApi({ name, facts }: Endpoint): object {
  const { items, batch, bytes } = facts.limits;
  const error = (...codes: readonly (keyof typeof refusals)[]): Readonly<Record<string, object>> =>
    Object.fromEntries(
      [...new Set(codes.map((code) => refusals[code].status))].map((status) => {
        const own = codes.filter((code) => refusals[code].status === status);
        const description = own.map((code) => `${code}: ${refusals[code].means}`).join('\n\n');
        return [status, as(ref('Refusal'), description)];
      }),
    );
  const headers = {
    'x-request-id': { schema: id, description: 'The caller’s own, where it sent one that is well-formed.' },
    'x-model-version': { schema: { type: 'string' }, description: 'The version that answered; none: no version did.' },
    'x-answered-by': { schema: { enum: ['model', 'fallback'] } },
  };
  const asking = [
    'REQUEST_NOT_JSON',
    'REQUEST_SLOW',
    'REQUEST_TOO_LARGE',
    'CONTENT_TYPE_WRONG',
    'REQUEST_INVALID',
    'REQUEST_REFUSED',
    'ANSWER_FAILED',
    'MODEL_MISSING',
    'NOT_READY',
    'ANSWER_LATE',
  ] as const;
  const parameters = [
    { name: 'x-request-id', in: 'header', schema: id, description: 'Otherwise one is made.' },
    ...(facts.shadow?.header === undefined
      ? []
      : [
          {
            name: facts.shadow.header,
            in: 'header',
            schema: { enum: ['1'] },
            description: 'The other version predicts this request, too; the answer is the same.',
          },
        ]),
  ];
  const post = (summary: string, request: Schema, answer: Schema, more: Operation): Operation => ({
    post: {
      summary,
      parameters,
      requestBody: { required: true, ...as(request, `At most ${bytes} bytes.`) },
      responses: { 200: { ...as(answer, 'The answer.'), ...more }, ...error(...asking) },
    },
  });
  const get = (summary: string, responses: object): Operation => ({ get: { summary, responses } });
  const shown = as({ type: 'object' }, 'As it stands.');
  return {
    openapi: '3.1.0',
    info: {
      title: name,
      version: '1',
      ...(facts.model.facts.about !== undefined && { description: facts.model.facts.about }),
    },
    paths: {
      [facts.path]: post('One request.', ref('Request'), ref('Answer'), { headers }),
      [`${facts.path}/batch`]: post(`Up to ${batch} requests, all by one version.`, ref('Batch'), ref('Answers'), {}),
      [`/${name}/health`]: get('The version that answers, tables, log: everything that is known.', {
        200: shown,
        503: shown,
      }),
      '/health/live': get('The process lives.', { 200: shown }),
      '/health/ready': get('Requests may be sent.', { 200: shown, 503: shown }),
      '/metrics': get('For Prometheus.', { 200: { description: 'Text.' } }),
      [facts.reload.path]: {
        ...get('The last reloads.', { 200: shown, ...error('TOKEN_NEEDED') }),
        post: {
          summary: 'Looks for another champion now.',
          responses: { 200: shown, ...error('TOKEN_NEEDED') },
          security: [{}, { token: [] }],
        },
      },
    },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'ESTEIRA_TOKEN; not needed on the machine itself.' },
      },
      schemas: {
        Request: schemaOf(facts.request, { items }),
        Answer: schemaOf(facts.answer, { answer: true }),
        Batch: record({
          requests: { type: 'array', maxItems: batch, items: record({ id, request: ref('Request') }, ['request']) },
        }),
        Answers: record({
          answers: {
            type: 'array',
            items: {
              oneOf: [
                record(
                  {
                    id: { type: 'string' },
                    answered_by: { enum: ['model', 'fallback'] },
                    model_version: { type: 'string' },
                    answer: ref('Answer'),
                  },
                  ['id', 'answered_by', 'answer'],
                ),
                record({ id: { type: 'string' }, error: ref('Refusal') }),
              ],
            },
          },
        }),
        Refusal: record(
          {
            code: { enum: Object.keys(refusals) },
            ...Object.fromEntries(
              ['message', 'where', 'got', 'allowed', 'next'].map((one) => [one, { type: 'string' }]),
            ),
          },
          ['code', 'message'],
        ),
      },
    },
  };
}

const record = (properties: Readonly<Record<string, unknown>>, required = Object.keys(properties)): Schema => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});
