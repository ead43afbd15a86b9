import type { Project } from '../../run/index.ts';
import { readChoice } from '../../serve/shadow/choice.ts';
import { readSeen, seenVersions } from '../../serve/shadow/figure-files.ts';
import { figuresOf } from '../../serve/shadow/figures.ts';
import { labelOfModel, versionNamed } from '../models/find.ts';
import type { Input } from '../views.ts';
import { endpointNamed, nodeServed, servingFiles } from './endpoints.ts';
import { shadowGate } from './gate.ts';
import type { EndpointReportView } from './views.ts';

/** What the shadow of an endpoint has shown, by the files of all its processes: of one version, else of the one that shadows, else of the newest that did. */
export async function endpointReport(project: Project, input: Input<'endpoint report'>): Promise<EndpointReportView> {
  const endpoint = endpointNamed(project, input.endpoint);
  const node = nodeServed(project, endpoint);
  const files = await servingFiles(project);
  const found = await readChoice(files, endpoint.name);
  const choice = found.is === 'whole' ? found.choice : undefined;
  const seen = await seenVersions(files, endpoint.name);
  const asked = input.version ?? choice?.version ?? seen.toSorted().at(-1);
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  const view = {
    ...{ endpoint: endpoint.name, model: node.id, label: labelOfModel(project, node), versions: seen },
    isShadowed: endpoint.facts.shadow !== undefined,
    ...(champion === undefined ? {} : { champion }),
    ...(choice ? { shadows: choice } : {}),
    ...(found.is === 'broken' ? { trouble: `shadow.json: ${found.why}` } : {}),
  };
  if (asked === undefined) return { ...view, beside: [] };
  const version = await versionNamed(project, node, asked);
  const { champions, broken } = await readSeen(files, { endpoint: endpoint.name, version: version.version });
  const beside = [...champions].flatMap(([of, tallies]) => {
    const figures = figuresOf(tallies);
    return figures ? [{ champion: of, figures }] : [];
  });
  const { shadow: gate } = await shadowGate(project, node, version);
  return {
    ...view,
    ...{ version: version.version, state: version.state },
    // What was seen last first.
    beside: beside.toSorted((one, other) => (one.figures.until < other.figures.until ? 1 : -1)),
    ...(gate ? { gate } : {}),
    ...(broken.length > 0 ? { trouble: `not whole: ${broken.join(', ')}` } : {}),
  };
}
