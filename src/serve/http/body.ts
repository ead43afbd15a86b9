import { isUtf8 } from 'node:buffer';
import type { Columns } from '../../columns/index.ts';
import { readerOf } from '../body/read.ts';
import { BodyReader } from '../json/body-reader.ts';
import type { Row } from '../parts.ts';
import { Refusal } from '../refusals.ts';

/** Reads whole bodies as rows of these columns; throws Refusal. What is as it was the last time is read at once, anything else by JSON.parse. */
export function bodyReader(columns: Columns, limits: { readonly items: number }): (body: unknown) => Row {
  const quick = BodyReader.of(columns, limits);
  const read = readerOf(columns, limits);
  return (body) => {
    const bytes = whole(body);
    const found = quick?.read(bytes);
    if (found) return found as Row;
    const value = parsedBytes(bytes);
    quick?.learn(value);
    return read(value);
  };
}

export const parsed = (body: unknown): unknown => parsedBytes(whole(body));

const refusal = (message: string, next: string): Refusal =>
  new Refusal('REQUEST_NOT_JSON', { message, where: 'body', allowed: 'JSON in UTF-8', next });

function whole(body: unknown): Buffer {
  const bytes = body as Buffer | undefined;
  if (!bytes || bytes.length === 0) throw refusal('There is no body.', 'GET /openapi.json says what is taken.');
  if (!isUtf8(bytes)) throw refusal('The body is no UTF-8.', 'Send it in UTF-8.');
  return bytes;
}

function parsedBytes(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    // V8 quotes what it could not read: only where that was is told.
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    const where = position === undefined ? '' : `, from character ${position} on`;
    throw refusal(`The body is no JSON${where}.`, 'Send JSON; NaN and Infinity are none.');
  }
}
