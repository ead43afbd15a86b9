import { EsteiraError } from '../../errors.ts';
import type { KeptFiles } from '../../ports/index.ts';
import type { JudgedLimit, LaterLimit } from '../../registry/about.ts';
import { missedText } from '../../registry/verdict.ts';
import type { Project } from '../../run/index.ts';
import { type ShadowFigures, shown } from '../../serve/shadow/figures.ts';
import { itself } from '../actors.ts';
import { labelOfModel, type ModelNode, versionNamed } from '../models/find.ts';
import { moveTo } from '../models/move.ts';
import { waitingOf } from '../models/waiting.ts';
import { figure } from '../models/words.ts';
import { fitCandidates } from './choose.ts';
import { type ShadowVerdict, verdictOf, waitsForShadow } from './endpoints.ts';
import { progressOf } from './progress.ts';

function judged(
  { measure, shows, sign, bound, setting, requests: wanted }: LaterLimit,
  figures: ShadowFigures,
): JudgedLimit {
  const { value, requests } = shown(figures, shows);
  const [given] = figures.givenUp;
  const isEnough = value !== undefined && requests >= wanted;
  const passed = isEnough && (sign === '>=' ? value >= bound : value <= bound);
  const why = given ? `its shadow was given up, ${given.why}` : `none of ${requests} requests tells of it`;
  const member = { member: {}, ...(isEnough ? { value } : { why }), passed };
  return { measure, sign, bound, ...(setting === undefined ? {} : { setting }), members: [member], passed };
}

/** What was judged, or became of what was judged before; in words. */
export type Told = { readonly level: 'info' | 'warn'; readonly text: string };

/** Judges the versions of a model that wait for what their shadow shows, each once, as soon as enough is known; what has passed goes on as usual. */
export async function judgeShadowed(
  project: Project,
  { node, files, tell }: { readonly node: ModelNode; readonly files: KeptFiles; tell(told: Told): void },
): Promise<void> {
  for (const version of (await fitCandidates(project, node)).filter(waitsForShadow)) {
    const { isKnown, figures, limits: later } = await progressOf(project, node, { version, files });
    const champion = (await project.state.models.champions()).get(node.id)?.version;
    if (!isKnown || !figures || champion === undefined) continue;
    const limits = later.map((limit) => judged(limit, figures));
    const passed = limits.every((limit) => limit.passed);
    const { since, requests } = figures;
    const verdict: ShadowVerdict = { champion, since, requests, limits };
    const at = project.clock.now();
    const outcome = await project.state.models.judge(
      { model: node.id, version: version.version },
      { passed, at, limits: verdict },
    );
    await project.trace('shadow-judged');
    if (outcome.judged !== 'now') continue;
    const text = passed
      ? `passed by its shadow: ${passedText(verdict)}`
      : `refused by its shadow: ${missedText({ passed, limits })}`;
    tell({ level: passed ? 'info' : 'warn', text: `${labelOfModel(project, node)} ${version.version} ${text}` });
  }
  const promoted = await promotePassed(project, node);
  if (promoted) tell(promoted);
}

/** `shadow_overlap_at_5 0.84 (at least 0.6) of 212 requests`. */
const passedText = ({ limits, requests }: ShadowVerdict): string =>
  `${limits
    .map(({ measure, sign, bound, members }) => {
      const limit = `${sign === '>=' ? 'at least' : 'at most'} ${figure(bound)}`;
      return `${measure} ${figure(members[0]?.value)} (${limit})`;
    })
    .join(', ')}, of ${requests} requests`;

/** The newest that has passed beside the champion of now, if nothing else keeps it. */
async function promotePassed(project: Project, node: ModelNode): Promise<Told | undefined> {
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  const passed = (await fitCandidates(project, node)).find(
    (one) => one.judged?.passed === true && verdictOf(one)?.champion === champion,
  );
  const verdict = passed && verdictOf(passed);
  if (!passed || !verdict || (await waitingOf(project, node, passed))?.for !== 'promotion') return undefined;
  try {
    const version = await versionNamed(project, node, passed.version);
    const reason = `its shadow passed: ${passedText(verdict)}`;
    const seen = champion === undefined ? {} : { insteadOf: champion };
    const { became, label } = await moveTo(project, { node, version, ...seen }, { by: itself, reason });
    return became === 'moved' ? { level: 'info', text: `${label} ${version.version} is the champion` } : undefined;
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'CHAMPION_CHANGED') throw error;
    return undefined;
  }
}
