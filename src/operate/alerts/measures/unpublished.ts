import type { PublishedRecord } from '../../../ports/index.ts';
import { moment } from '../../numbers.ts';
import { publishedLabel } from '../../serve/served.ts';
import type { Subject } from '../subject.ts';
import { commandIn, timeText } from '../words.ts';
import type { Measured } from './measured.ts';

/** For how long each store has been owed each model; not known while nothing was ever published. */
export async function measureUnpublished({ project }: Subject): Promise<Measured> {
  const records = await project.state.published.all();
  const labelOf = ({ model, store }: PublishedRecord): string => `${publishedLabel(project.graph, model)} in ${store}`;
  const ageOf = ({ owed }: PublishedRecord): number =>
    owed === undefined ? 0 : owed.since.until(project.clock.now()).total('milliseconds');
  return {
    parts: records.map((one) => ({ of: labelOf(one), value: ageOf(one) })),
    what: (worst, age) => `${worst} has been owed for ${timeText(age)}`,
    facts: async (broken) =>
      records.flatMap((one) => {
        if (!one.owed || !broken.includes(labelOf(one))) return [];
        const has = one.there ? `it has ${one.there.version}` : 'it has none';
        return [
          `${labelOf(one)}: ${has}; tried ${one.owed.tries} times since ${moment(one.owed.since.toString())}: ${one.owed.error}`,
        ];
      }),
    look: () => [commandIn(project, 'doctor'), commandIn(project, 'publish')],
  };
}
