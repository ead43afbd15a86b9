import { millisecondsOf } from '../../../columns/index.ts';
import type { RejectedMeasure } from '../../../define/index.ts';
import type { LineState } from '../../../ports/index.ts';
import { count } from '../../numbers.ts';
import { labelOf, type Subject } from '../subject.ts';
import { commandIn, shareText } from '../words.ts';
import type { Measured } from './measured.ts';

/** Rows that people rejected among those that they answered; not known while they have answered none. */
export async function measureRejected({ of, last }: RejectedMeasure, { project }: Subject): Promise<Measured> {
  const since = project.clock.now().subtract({ milliseconds: millisecondsOf(last) });
  const parts: { readonly of: string; readonly rejected: number; readonly all: number; readonly value?: number }[] = [];
  for (const definition of of) {
    const answers = await project.state.approvals.answers(project.graph.nodeOf(definition).id, since);
    const sum = (states: readonly LineState[]): number =>
      states.reduce((all, state) => all + (answers.get(state) ?? 0), 0);
    const all = sum(['approved', 'applied', 'rejected']);
    const rejected = sum(['rejected']);
    parts.push({
      of: labelOf(definition, project.graph),
      rejected,
      all,
      ...(all > 0 ? { value: rejected / all } : {}),
    });
  }
  return {
    parts: parts.map(({ of: name, value }) => ({ of: name, ...(value === undefined ? {} : { value }) })),
    unknown: `nobody has answered anything within ${last}`,
    samples: parts.reduce((sum, { all }) => sum + all, 0),
    what: (worst, value) => {
      const { rejected = 0, all = 0 } = parts.find(({ of: name }) => name === worst) ?? {};
      return `${shareText(value)} of the rows of ${worst} that people answered within ${last} were rejected (${count(rejected)} of ${count(all)})`;
    },
    facts: async () => [],
    look: (broken) => broken.map((name) => commandIn(project, `approvals list ${name} --state rejected`)),
  };
}
