import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, EsteiraError } from '../../../errors.ts';
import type { Warehouse } from '../../index.ts';
import { Desk } from './desk.ts';

/** A fresh warehouse for each case, with the catalogs `one` and `two` of which no file is there yet. */
export type Open = () => Promise<Warehouse>;

export interface On {
  (title: string, work: (desk: Desk) => Promise<void>): void;
  /** That exactly this coded error comes, its text saying this. */
  rejects(promise: Promise<unknown>, code: ErrorCode, says?: RegExp): Promise<void>;
  /** The value or the coded error, whichever comes. */
  settled(promise: Promise<unknown>): Promise<{ readonly value?: unknown; readonly error?: EsteiraError }>;
  wait(milliseconds: number): Promise<void>;
  /** Numbers from 0 to 1, the same each time. */
  random(seed: number): () => number;
}

export function onEach(name: string, open: Open): On {
  const on = (title: string, work: (desk: Desk) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const warehouse = await open();
      try {
        await work(new Desk(warehouse));
      } finally {
        await warehouse.close();
      }
    });
  };
  return Object.assign(on, {
    async rejects(promise: Promise<unknown>, code: ErrorCode, says = /./) {
      await assert.rejects(promise, (error) => {
        assert.ok(error instanceof EsteiraError, String(error));
        const text = JSON.stringify(error.toJSON());
        assert.equal(error.code, code, text);
        assert.match(`${error.message}\n${error.details.where}\n${error.details.got}\n${error.details.allowed}`, says);
        return true;
      });
    },
    settled: (promise: Promise<unknown>) =>
      promise.then(
        (value) => ({ value }),
        (error: EsteiraError) => ({ error }),
      ),
    wait: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    random(seed: number) {
      let state = seed;
      return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
      };
    },
  });
}
