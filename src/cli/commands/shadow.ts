import { EsteiraError } from '../../errors.ts';
import { figure } from '../../operate/models/words.ts';
import type { EndpointReportView, ShadowView } from '../../operate/views.ts';
import { type Command, given, type Typed } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, moment } from '../numbers.ts';
import { person } from '../person.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { line } from './models.ts';

export const shadow: Command = async ({ typed, terminal, call }) => {
  const [endpoint = ''] = typed.words;
  const reason = typed.texts.get('reason') ?? '';
  const view = await call('endpoint shadow', { endpoint, ...askedIn(typed), by: person(), reason });
  return { result: view, text: () => shadowText(view, terminal) };
};

function askedIn({ words, flags }: Typed) {
  const [, version] = words;
  const asked = [
    ...(version === undefined ? [] : [{ shadows: 'version', version } as const]),
    ...(flags.has('off') ? [{ shadows: 'none' } as const] : []),
    ...(flags.has('candidate') ? [{ shadows: 'candidate' } as const] : []),
  ];
  const [only] = asked;
  if (only && asked.length === 1) return only;
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: only ? 'It is said in two ways which version shadows.' : 'It is not said which version shadows.',
    allowed: 'a version, --off or --candidate',
    next: 'esteira endpoint shadow --help',
  });
}

export function shadowText({ endpoint, label, version, chosen }: ShadowView, look: Look): string {
  const until = chosen === 'by hand' ? ', until --candidate is said' : ', the candidate that waits';
  const text =
    version === undefined
      ? `no version of ${label} shadows${chosen === 'by hand' ? until : ': no candidate waits'}`
      : `${version} of ${label} shadows${until}`;
  return wrapHanging(`${mark(look, 'done')} ${visible(`${endpoint}: ${text}`)}`, look.columns, 2);
}

export const report: Command = async ({ typed, terminal, call }) => {
  const [endpoint = '', version] = typed.words;
  const view = await call('endpoint report', { endpoint, ...given('version', version) });
  return { result: view, text: () => reportText(view, terminal) };
};

type Figures = EndpointReportView['beside'][number]['figures'];
const share = (value: number): string => `${figure(100 * value)} %`;
const time = (milliseconds: number): string => `${figure(Number(milliseconds.toPrecision(3)))} ms`;
const three = (value: number): string => figure(Number(value.toPrecision(3)));

export function reportText(view: EndpointReportView, look: Look): string {
  const { endpoint, label, version, state, champion, shadows, beside, trouble } = view;
  const title = paint(look, 'strong', visible(`${endpoint}: ${version ?? 'no version'} of ${label}`));
  const chosen = shadows && `${shadows.version ?? 'no version'}, ${chosenBy(shadows)}`;
  return [
    wrapHanging(
      state === undefined ? title : `${title}, ${version === champion ? 'the champion' : state}`,
      look.columns,
      2,
    ),
    ...(chosen === undefined ? [line('shadows', 'none was chosen yet', look)] : [line('shadows', chosen, look)]),
    ...(trouble === undefined ? [] : [line('trouble', trouble, look)]),
    ...(view.isShadowed ? [] : [line('shadow', `the definition of ${endpoint} has none: nothing is shadowed`, look)]),
    ...(version !== undefined && beside.length === 0
      ? [line('requests', 'none yet; processes write their figures each minute', look)]
      : []),
    ...gateLines(view, look),
    ...beside.flatMap(({ champion: of, figures }) => [
      '',
      wrapHanging(`Beside ${visible(of)}${of === champion ? ', the champion' : ''}`, look.columns, 2),
      ...figureLines(figures, look),
    ]),
    ...(beside.length === 0 ? [line('next', nextOf(view, look), look)] : []),
  ].join('\n');
}

function nextOf({ endpoint, isShadowed, version }: EndpointReportView, look: Look): string {
  if (!isShadowed) return `Say shadow: { share: 0.1 } in the definition of ${endpoint}, and start it again.`;
  if (version === undefined) return inEnvironment(`esteira endpoint shadow ${endpoint} <version> --reason …`, look);
  return `Is it served? ${inEnvironment('esteira status', look)} says so.`;
}

const chosenBy = ({ chosen, by, reason, at }: NonNullable<EndpointReportView['shadows']>): string =>
  chosen === 'by hand' ? `named by ${by}, ${moment(at)}: ${reason}` : `since ${moment(at)}: ${reason}`;

const many = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${count(number)} ${name}`)
    .join(', ');

function figureLines(of: Figures, look: Look): readonly string[] {
  const { overlapAt5, compared, topChanged, rankCorrelation, difference, latency, errors, dropped } = of;
  const failed = Object.keys(errors).length > 0 ? many(errors) : 'none';
  return [
    line('requests', `${counted(of.requests, 'request')} from ${moment(of.since)} to ${moment(of.until)}`, look),
    line('errors', `${failed}${of.trouble === undefined ? '' : `, the last: ${of.trouble}`}`, look),
    ...(Object.keys(dropped).length > 0 ? [line('left out', many(dropped), look)] : []),
    ...(overlapAt5 === undefined
      ? []
      : [
          line(
            'first 5',
            `${share(Number(three(overlapAt5)))} the same, of ${counted(compared, 'request')} with more rows`,
            look,
          ),
        ]),
    ...(topChanged === undefined
      ? []
      : [line('first', `another row in ${share(Number(three(topChanged)))} of the requests`, look)]),
    ...(rankCorrelation === undefined ? [] : [line('order', `rank correlation ${three(rankCorrelation)}`, look)]),
    ...(difference
      ? [line('scores', `differ by ${three(difference.mean)} on average, by ${three(difference.p95)} at p95`, look)]
      : []),
    ...(latency
      ? [
          line('p50', `shadow ${time(latency.shadow.p50)}, champion ${time(latency.champion.p50)}`, look),
          line('p95', `shadow ${time(latency.shadow.p95)}, champion ${time(latency.champion.p95)}`, look),
        ]
      : []),
    ...of.givenUp.map(({ process, why }) => line('given up', `by ${process}, ${why}`, look)),
  ];
}

const signs = { '>=': 'at least', '<=': 'at most', 'no worse': 'no worse than' } as const;

export function gateLines(
  { gate }: { readonly gate?: EndpointReportView['gate'] | undefined },
  look: Look,
): readonly string[] {
  if (gate?.waits) {
    const { requests, wanted, limits } = gate.waits;
    const texts = limits.map(({ measure, sign, bound }) => `${measure} ${signs[sign]} ${figure(bound)}`);
    return [line('shadow', `waits: ${count(requests)} of ${counted(wanted, 'request')}; ${texts.join(', ')}`, look)];
  }
  if (!gate?.judged) return [];
  const { passed, at, champion, requests, limits } = gate.judged;
  const heading = `${passed ? 'passed' : 'refused'} ${moment(at)}, beside ${champion}, ${counted(requests, 'request')}`;
  return [
    line('shadow', heading, look),
    ...limits.map(({ measure, sign, bound, setting, members: [one], passed: holds }) => {
      const value = one?.value === undefined ? `not known (${one?.why ?? ''})` : figure(one.value);
      const limit = `${signs[sign]} ${figure(bound)} (${setting ?? 'the definition'})`;
      const text = `${mark(look, holds ? 'done' : 'failed')} ${visible(`${measure} ${value}: ${limit}`)}`;
      return wrapHanging(`           ${text}`, look.columns, 13);
    }),
  ];
}
