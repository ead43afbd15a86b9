import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ModelMove } from '../ports/index.ts';
import { canonical } from './canonical.ts';

/** What is published of a version: all that predicting with it takes. */
export interface Publishable {
  readonly model: string;
  readonly version: string;
  /** Its content hash, as the registry has it. */
  readonly contentHash: string;
  readonly about: unknown;
  readonly parts: Readonly<Record<string, Uint8Array>>;
}
/** A move of the champion, as it stands in a store. */
export interface PublishedMove {
  readonly number: number;
  readonly from?: string;
  readonly to: string;
  readonly by: string;
  readonly reason: string;
  /** ISO text in UTC. */
  readonly at: string;
}
export const moveOf = ({ number, from, to, by, reason, at }: ModelMove): PublishedMove => ({
  ...{ number, to, by, reason, at: at.toString() },
  ...(from !== undefined && { from }),
});

type Part = { readonly text: string } | { readonly base64: string };
interface Sealed {
  readonly format: 1;
  readonly model: string;
  readonly version: string;
  readonly contentHash: string;
  readonly about: unknown;
  readonly parts: Readonly<Record<string, Part>>;
  /** Of the version that is in use. */
  readonly move?: PublishedMove;
  /** No two contents are equal, so that a store knows each by its own mark. */
  readonly nonce?: string;
}

/** One line of JSON that ends with the hash of all that stands before. */
export function sealed(content: object): Uint8Array {
  const text = canonical(content);
  const seal = createHash('sha256').update(text).digest('hex');
  return Buffer.from(`${text.slice(0, -1)},"seal":"${seal}"}\n`);
}

/** A version, and with `move` as the one that is in use. */
export function versionText(
  { parts, ...version }: Publishable,
  latest: { readonly move: PublishedMove; readonly nonce: string } | undefined,
): Uint8Array {
  const written = Object.entries(parts).map(([name, bytes]): [string, Part] => {
    const { buffer, byteOffset, length } = bytes;
    const plain = Buffer.from(buffer, byteOffset, length);
    return [name, isUtf8(plain) ? { text: plain.toString('utf8') } : { base64: plain.toString('base64') }];
  });
  return sealed({ format: 1, ...version, parts: Object.fromEntries(written), ...latest } satisfies Sealed);
}

/** A version as a store has it; nothing of it is given when it is not whole. */
export type Found =
  | { readonly is: 'none' }
  | { readonly is: 'broken'; readonly why: string }
  | ({ readonly is: 'whole'; readonly move?: PublishedMove } & Publishable);

/** What was sealed; throws where it is cut, changed, or not JSON. */
export function unsealed(bytes: Uint8Array): Record<string, unknown> {
  const text = Buffer.from(bytes).toString('utf8');
  const [, content, seal] = /^(\{[\s\S]*),"seal":"([0-9a-f]{64})"\}\n$/.exec(text) ?? [];
  if (content === undefined) throw new Error('it does not end as a published file does');
  if (createHash('sha256').update(`${content}}`).digest('hex') !== seal)
    throw new Error('its content has another hash');
  return JSON.parse(`${content}}`) as Record<string, unknown>;
}

/** Looks a published version over: its seal, and that each thing is there as this version of Esteira reads it. */
export function readVersionText(bytes: Uint8Array | undefined): Found {
  if (!bytes) return { is: 'none' };
  try {
    const { format, model, version, contentHash, about, parts, move } = unsealed(bytes);
    if (format !== 1) throw new Error(`it has the format ${String(format)}, and this Esteira reads 1`);
    for (const [name, value] of Object.entries({ model, version, contentHash }))
      if (typeof value !== 'string') throw new Error(`it has no ${name}`);
    const whole = { model, version, contentHash, about } as Omit<Publishable, 'parts'>;
    const found = { is: 'whole', ...whole, parts: partsIn(parts) } as const;
    return move === undefined ? found : { ...found, move: moveIn(move) };
  } catch (error) {
    return { is: 'broken', why: (error as Error).message };
  }
}

function partsIn(value: unknown): Publishable['parts'] {
  if (typeof value !== 'object' || value === null) throw new Error('it has no parts');
  return Object.fromEntries(
    Object.entries(value as Record<string, Partial<Record<string, unknown>> | null>).map(([name, part]) => {
      if (typeof part?.['text'] === 'string') return [name, Buffer.from(part['text'])];
      if (typeof part?.['base64'] === 'string') return [name, Buffer.from(part['base64'], 'base64')];
      throw new Error(`its part ${name} has no content`);
    }),
  );
}

/** Throws where it is no move. */
export function moveIn(value: unknown): PublishedMove {
  const move = value as Partial<PublishedMove> | null;
  const texts = [move?.to, move?.by, move?.reason, move?.at];
  if (!Number.isSafeInteger(move?.number) || texts.some((one) => typeof one !== 'string'))
    throw new Error('it does not say which move of the champion it is');
  return move as PublishedMove;
}
