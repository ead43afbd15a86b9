import type { Job, Monitor } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, whereOf } from '../graph/index.ts';
import type { ChannelMember } from '../run/index.ts';
import type { Channels, Environment, Place, ProjectConfig } from './project.ts';

/** What names a channel. */
type Teller = Monitor | Job;
export const tellersIn = ({ monitors, jobs }: Graph): readonly Teller[] => [...monitors.values(), ...jobs.values()];

/** The channels of an environment: its own where it says so, else the project's. */
export function membersIn(
  environment: Pick<Environment, 'channels'>,
  {
    config,
    place,
    tellers,
  }: { readonly config: ProjectConfig; readonly place: Place; readonly tellers: Iterable<Teller> },
): ReadonlyMap<string, readonly ChannelMember[]> {
  const own: Channels = environment.channels ?? {};
  const told = [...tellers].flatMap(({ tell }) => tell ?? []);
  const names = new Set([...Object.keys(config.channels ?? {}), ...Object.keys(own), ...told]);
  names.delete('*');
  return new Map(
    [...names].map((name) => {
      const instead = own[name] ?? own['*'];
      const members = instead ?? config.channels?.[name] ?? [];
      const kinds = members.map(({ adapter }) => adapter);
      return [
        name,
        members.map((member, index): ChannelMember => {
          const before = kinds.slice(0, index).filter((kind) => kind === member.adapter).length;
          return {
            name: before === 0 ? member.adapter : `${member.adapter} ${before + 1}`,
            describe: member.describe,
            standsIn: instead !== undefined,
            open: async () => member.open(place),
          };
        }),
      ];
    }),
  );
}

/** Throws DEFINITION_INVALID for what tells a channel which no environment has: nobody would ever hear of it. */
export function refuseUnknownChannels(config: ProjectConfig, graph: Graph): void {
  const all = [
    config.channels ?? {},
    ...Object.values<Environment>(config.environments).map(({ channels = {} }) => channels),
  ];
  const known = new Set(all.flatMap((channels) => Object.keys(channels)).filter((name) => name !== '*'));
  for (const teller of tellersIn(graph)) {
    const { tell, name, kind } = teller;
    if (tell === undefined || known.has(tell)) continue;
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `The ${kind} "${name}" tells a channel that the configuration does not have.`,
      where: whereOf(teller),
      got: tell,
      allowed: [...known].join(', ') || 'none: esteira.config.ts has no channels',
      next: `Name one of these, or add ${tell} to \`channels\` in esteira.config.ts.`,
    });
  }
}
