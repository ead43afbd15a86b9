import type { Answer } from '../answers.ts';
import type { Reader } from '../body/read.ts';
import type { Row } from '../parts.ts';
import { Refusal, shown } from '../refusals.ts';
import { isId } from './ids.ts';

export interface BatchItem {
  /** Behind the id of the batch, so that no other batch has it: what is logged and sent. */
  readonly id: string;
  /** As its caller names it, in what comes back; where he does not, the same. */
  readonly own: string;
  readonly request: Row;
}
/** Reads `{ requests: [{ id?, request }] }`; one that is not right refuses the batch, before any of it is answered. */
export function batchReader(
  read: Reader,
  { batch }: { readonly batch: number },
): (value: unknown, id: string) => readonly BatchItem[] {
  return (value, id) => {
    const { requests, ...others } = objectIn(value, 'body', '{ "requests": [ … ] }');
    const [other] = Object.keys(others);
    if (!Array.isArray(requests) || other !== undefined)
      throw notBatch('body', other === undefined ? requests : other, '{ "requests": [ … ] }, and nothing else');
    if (requests.length > batch)
      throw new Refusal('REQUEST_TOO_LARGE', {
        message: 'The batch has too many requests.',
        ...{ where: 'requests', got: String(requests.length), allowed: `at most ${batch}` },
        next: 'Send fewer at once; `limits` of the endpoint says how many.',
      });
    const seen = new Set<string>();
    return requests.map((item: unknown, index) => {
      const at = `requests[${index}]`;
      const allowed = '{ "id": "…", "request": { … } }, of which id may be left out';
      const { id: given, request, ...more } = objectIn(item, at, allowed);
      const [extra] = Object.keys(more);
      if (extra !== undefined) throw notBatch(at, extra, allowed);
      if (given !== undefined && !isId(given)) throw notId(at, given, `${at}.id is no id.`);
      const whole = `${id}.${given ?? index}`;
      if (seen.has(whole)) throw notId(at, given, 'Two requests of the batch have one id.');
      seen.add(whole);
      return { id: whole, own: given ?? whole, request: read(request, `${at}.request`) };
    });
  };
}

function objectIn(value: unknown, where: string, allowed: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notBatch(where, value, allowed);
  return value as Readonly<Record<string, unknown>>;
}

const notBatch = (where: string, got: unknown, allowed: string): Refusal =>
  new Refusal('REQUEST_INVALID', {
    message: `${where === 'body' ? 'The body is not what a batch' : `${where} is not what an item of a batch`} looks like.`,
    ...{ where, got: shown(got), allowed },
    next: 'GET /openapi.json says what is taken.',
  });

const notId = (at: string, given: unknown, message: string): Refusal =>
  new Refusal('REQUEST_INVALID', {
    message,
    ...{ where: `${at}.id`, got: shown(given), allowed: '1 to 128 letters, digits and . _ : -, each once in a batch' },
    next: 'Give each its own, or leave them out.',
  });

/** JSON of one answer among others. */
export const itemText = (id: string, { text, by, version }: Answer): string =>
  `{"id":${JSON.stringify(id)},"answered_by":"${by}"${version === undefined ? '' : `,"model_version":${JSON.stringify(version)}`},"answer":${text}}`;
export const refusedText = (id: string, refusal: Refusal): string =>
  `{"id":${JSON.stringify(id)},"error":${JSON.stringify(refusal)}}`;
