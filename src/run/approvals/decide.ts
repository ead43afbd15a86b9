import type { Line, LineChange, LineValues } from '../../ports/index.ts';

/** Who may answer: people of the group, and of that of the second person where one is needed. */
export interface Deciders {
  readonly group: string;
  readonly people: readonly string[];
  /** Needed of this line, as it stands. */
  readonly second?: { readonly by: string; readonly people: readonly string[] };
}
/** Why somebody may not say that, in words. */
export interface NotAllowed {
  readonly what: string;
  readonly allowed: string;
  readonly next: string;
}

/** What somebody says of a line that they have seen. */
export type Answer =
  | { readonly says: 'approve'; readonly by: string; readonly reason?: string }
  | { readonly says: 'reject'; readonly by: string; readonly reason: string }
  | { readonly says: 'edit'; readonly by: string; readonly edited: LineValues; readonly reason?: string };

/**
 * What a line becomes by an answer. Nobody approves what they have changed themselves; where a second person is needed the two are different ones, one of
 * each group; whoever changes it takes back what others have approved, for they have seen another one. Whether the line still stands as it was seen, and may
 * still be answered, is for the state to say, when it is written.
 */
export function decided(line: Line, answer: Answer, deciders: Deciders): LineChange | NotAllowed {
  const { by } = answer;
  const { group, people, second } = deciders;
  const groups = second ? `${group} or ${second.by}` : group;
  const all = [...people, ...(second?.people ?? [])];
  if (!all.includes(by)) return { what: `${by} is not in ${groups}`, ...asked(all, groups) };
  const change = {
    ...{
      line: line.line,
      seen: line.version,
      by,
      edited: line.edited,
      editors: line.editors,
      approvers: line.approvers,
    },
    ...(answer.reason === undefined ? {} : { reason: answer.reason }),
  };
  switch (answer.says) {
    case 'reject':
      return { ...change, state: 'rejected' };
    case 'edit':
      return {
        ...change,
        ...{ state: 'edited', edited: answer.edited, editors: [...new Set([...line.editors, by])], approvers: [] },
      };
    case 'approve': {
      if (line.editors.includes(by))
        return {
          what: `${by} has changed it, and nobody approves an own change`,
          ...asked(
            all.filter((one) => !line.editors.includes(one)),
            groups,
          ),
        };
      const approvers = [...line.approvers.filter((one) => one !== by), by];
      if (isEnough(approvers, deciders)) return { ...change, state: 'approved', approvers };
      const first = line.approvers[0];
      if (first === undefined) return { ...change, state: 'approved once', approvers };
      const missing = all.filter((one) => !line.editors.includes(one) && isEnough([...line.approvers, one], deciders));
      return {
        what:
          by === first
            ? `${by} has approved it already, and a second person is needed`
            : `${first} has approved it, and somebody of the other group is needed`,
        ...asked(missing, groups),
      };
    }
  }
}

/** One of the group; where a second person is needed, two different people, one of each group. */
function isEnough(approvers: readonly string[], { people, second }: Deciders): boolean {
  const own = approvers.filter((one) => people.includes(one));
  if (!second) return own.length > 0;
  return own.some((one) => approvers.some((other) => other !== one && second.people.includes(other)));
}

/** Who may say it. */
const asked = (people: readonly string[], groups: string): Omit<NotAllowed, 'what'> =>
  people.length > 0
    ? { allowed: [...new Set(people)].join(', '), next: 'Ask one of them.' }
    : {
        allowed: `nobody: \`groups\` of the configuration has nobody else in ${groups}`,
        next: 'Add somebody to `groups` in esteira.config.ts.',
      };
