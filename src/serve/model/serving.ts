import type { ModelUse } from '../parts.ts';
import { Durations } from './durations.ts';
import type { ServedModel } from './served.ts';
import type { Timing } from './timing.ts';

/** A version in service, with the requests that have begun with it. */
export class InService {
  readonly model: ServedModel;
  readonly timing: Timing | undefined;
  readonly since: string;
  readonly durations = new Durations();
  inFlight = 0;
  failed = 0;
  #drained: (() => void) | undefined;

  constructor(of: { readonly model: ServedModel; readonly timing: Timing | undefined; readonly since: string }) {
    this.model = of.model;
    this.timing = of.timing;
    this.since = of.since;
  }

  begin(): void {
    this.inFlight += 1;
  }

  end({ failed, milliseconds }: Parameters<ModelUse['end']>[0]): void {
    this.inFlight -= 1;
    if (failed) this.failed += 1;
    if (milliseconds !== undefined) this.durations.add(milliseconds);
    if (this.inFlight === 0) this.#drained?.();
  }

  /** Until no request has it any more. */
  drained(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }
}
