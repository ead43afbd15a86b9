import { groupsOf } from '../../graph/index.ts';
import type { Project } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import { NotReady } from './finding.ts';

/** Whatever waits for people can be answered: nobody else would say that it waits for ever. */
export function peopleFinding({ graph, groups }: Pick<Project, 'graph' | 'groups'>): string {
  const waiting = [...graph.nodes.values()].flatMap(({ definition }) => groupsOf(definition) ?? []);
  const peopleOf = (group: string): readonly string[] => groups?.get(group) ?? [];
  for (const { who, groups: asked } of waiting) {
    const empty = asked.find((group) => peopleOf(group).length === 0);
    if (empty !== undefined) throw new NotReady(`${who} for the approval of ${empty}, which has nobody`, addTo(empty));
    const last = asked.at(-1) as string;
    if (new Set(asked.flatMap(peopleOf)).size < asked.length)
      throw new NotReady(`${who} for two people, one of ${asked.join(' and one of ')}: there is only one`, addTo(last));
  }
  const named = new Set(waiting.flatMap(({ groups: asked }) => asked));
  return named.size === 0 ? 'nothing waits for any' : `somebody in each of ${counted(named.size, 'group')}`;
}

const addTo = (group: string): string => `Add the name of somebody to groups.${group} in esteira.config.ts.`;
