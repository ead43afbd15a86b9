import type { AnyModel } from '../../define/index.ts';
import type { ModelVersion, ToldVersion } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { aboutOf, labelOfModel, type ModelNode } from '../models/find.ts';
import { waitingOf } from '../models/waiting.ts';
import { figure, memberText } from '../models/words.ts';
import { signWords } from './words.ts';

interface Version {
  readonly version: ModelVersion;
  readonly told: ToldVersion;
}

/** What became of the versions that a run has trained, and of those that waited for what it made. */
export async function versionsOf(
  steps: readonly { readonly step: string }[],
  runId: string,
  project: Project,
): Promise<readonly Version[]> {
  const { graph, state } = project;
  const touched = new Set<AnyModel>(
    steps.flatMap(({ step }) => {
      const { definition, inside } = graph.nodes.get(step) ?? {};
      return inside ?? (definition?.kind === 'model' ? (definition as AnyModel) : []);
    }),
  );
  const record = await state.run(runId);
  const found: Version[] = [];
  for (const model of touched) {
    const node = graph.nodeOf(model) as ModelNode;
    const [own] = await state.models.versions({ model: node.id, runId, limit: 1 });
    const [move] = await state.models.moves({ model: node.id, limit: 1 });
    const isMoved = move && record && Temporal.Instant.compare(move.at, record.createdAt) >= 0;
    const version = own ?? (isMoved ? await state.models.version(node.id, move.to) : undefined);
    if (!version) continue;
    const champion = (await state.models.champions()).get(node.id)?.version;
    const before = move?.to === version.version ? move.from : champion;
    found.push({ version, told: await toldOf(version, { node, project, before }) });
  }
  return found;
}

async function toldOf(
  version: ModelVersion,
  {
    node,
    project,
    before,
  }: { readonly node: ModelNode; readonly project: Project; readonly before: string | undefined },
): Promise<ToldVersion> {
  const waiting = await waitingOf(project, node, version);
  const limits = (aboutOf(version)?.gate.limits ?? []).flatMap(({ members, passed: _, ...limit }) =>
    members.map(({ member, ...judged }) => {
      const who = memberText(member);
      return { ...limit, ...judged, ...(who === '' ? {} : { member: who }) };
    }),
  );
  return {
    ...{ model: labelOfModel(project, node), version: version.version, limits },
    became: !waiting ? 'champion' : version.state === 'refused' ? 'refused' : 'waiting',
    ...(before === undefined ? {} : { champion: before }),
    ...(waiting ? { why: waiting.brief ?? waiting.text } : {}),
  };
}

/** `ltr 20250715_0215 is the champion, in the place of 20250714_0215`. */
export function versionText({ model, version, became, champion, why = '' }: ToldVersion): string {
  if (became === 'champion')
    return `${model} ${version} is the champion${champion === undefined ? '' : `, in the place of ${champion}`}`;
  const stays = champion === undefined ? 'there is no champion' : `${champion} stays the champion`;
  return `${model} ${version} is not the champion (${why}); ${stays}`;
}

const signs = { ...signWords, 'no worse': 'no worse by more than' } as const;
/** Of a family with many members. */
const mostLimits = 20;

/** As wide as a terminal, and as a mail that is quoted. */
const columns = 80;

function limitText(limit: ToldVersion['limits'][number]): string {
  const { measure, member, sign, bound, setting, value, why, champion, passed } = limit;
  const who = member === undefined ? measure : `${measure} of ${member}`;
  const beside = why !== undefined ? ` (${why})` : champion === undefined ? '' : ` (champion ${figure(champion)})`;
  const text = `  ${passed ? 'held  ' : 'broken'}  ${who} ${figure(value)}${beside}: ${signs[sign]} ${figure(bound)}`;
  if (setting === undefined) return text;
  const from = `(${setting})`;
  return text.length + 1 + from.length > columns ? `${text}\n          ${from}` : `${text} ${from}`;
}

/** Every limit with its figure; those that do not hold first, where not all can be named. */
export function gateLines({ model, version, limits }: ToldVersion): readonly string[] {
  if (limits.length === 0) return [`${model} ${version} has no gate.`];
  const all =
    limits.length > mostLimits
      ? limits.toSorted((one, other) => Number(one.passed) - Number(other.passed)).slice(0, mostLimits)
      : limits;
  return [
    `The gate of ${model} ${version}`,
    ...all.map(limitText),
    ...(limits.length > all.length ? [`  and ${limits.length - all.length} more`] : []),
  ];
}
