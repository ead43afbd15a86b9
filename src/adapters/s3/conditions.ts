import { EsteiraError } from '../../errors.ts';
import { Refusal } from './faults.ts';
import type { Requests } from './requests.ts';

/** What such a server must not do, by an object that has just been put there: the same content again, so that nothing is changed by one that does. */
const wrong = [{ 'if-none-match': '*' }, { 'if-match': '"none"' }] as const;

/** Throws STORE_REFUSED for a server that does not look at the conditions by which one of many is let through. */
export async function refuseUnconditional(requests: Requests, key: string, body: Blob): Promise<void> {
  for (const headers of wrong) {
    try {
      const { again } = await requests.ask({ method: 'PUT', key, headers, body }, 412);
      // What had no answer may have been another thing.
      if (again) continue;
    } catch (error) {
      if (error instanceof Refusal) continue;
      throw error;
    }
    throw new EsteiraError('STORE_REFUSED', {
      what: 'The server of the bucket does not keep the conditions of a put.',
      where: requests.describe,
      got: `it took a put with ${Object.keys(headers)[0]} that it should have refused`,
      next: 'Use a server with conditional puts: of two who publish at once both would believe that they did.',
    });
  }
}
