import { figure, memberText } from '../../operate/models/words.ts';
import type { MovedView, VersionShowView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { given } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, moment, seconds } from '../numbers.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { broughtLines } from './model-brought.ts';
import { segmentLines } from './model-segments.ts';
import { dueLines, frozenLines, line } from './models.ts';
import { trainedTexts } from './settings-used.ts';
import { gateLines as shadowLines } from './shadow.ts';

export const show: Command = async ({ typed, terminal, call }) => {
  const [model = '', version] = typed.words;
  const view = await call('models show', { model, ...given('version', version) });
  return { result: view, text: () => versionText(view, terminal) };
};

type Trained = NonNullable<VersionShowView['trained']>;

function versionText(view: VersionShowView, look: Look): string {
  const { label, version, state, isChampion, broken, decision, waits, next, trained } = view;
  const how = broken !== undefined || state === 'refused' ? 'failed' : isChampion ? 'done' : 'pending';
  const title = `${paint(look, 'strong', visible(`${label} ${version}`))}, ${isChampion ? 'the champion' : state}`;
  return [
    wrapHanging(`${mark(look, how)} ${title}`, look.columns, 2),
    ...(broken === undefined ? [] : [line('files', `not what was registered: ${broken}`, look)]),
    ...(waits === undefined ? [] : [line(state === 'candidate' ? 'waits' : 'why', waits, look)]),
    ...(next === undefined ? [] : [line('next', inEnvironment(next, look), look)]),
    ...(decision
      ? [line(decision.decided, `by ${decision.by}, ${moment(decision.at)}: ${decision.reason}`, look)]
      : []),
    ...shadowLines({ gate: view.shadow }, look),
    ...frozenLines(view.frozen, look),
    ...dueLines(view.due, [], look),
    ...(trained ? trainedLines(view, trained, look) : []),
  ].join('\n');
}

function trainedLines(view: VersionShowView, trained: Trained, look: Look): readonly string[] {
  const { learner, options, features, target, each, job, date, by, rows, members, champion, brought } = trained;
  const inputs = Object.entries(trained.inputs).map(
    ([name, { runId, sequence }]) => `${name} up to run ${runId || 'none'} (${sequence})`,
  );
  const said = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    line('learner', [learner, ...said].join(', '), look),
    line('features', `${features.join(', ')}${target === undefined ? '' : `; to predict ${target}`}`, look),
    ...(each.length > 0 ? [line('each', `${each.join(', ')}: ${counted(members.length, 'member')}`, look)] : []),
    ...(brought ? broughtLines(brought, look) : []),
    line('rows', `${count(rows)}${leftText(trained)}`, look),
    line('trained', `${moment(view.createdAt)} in ${seconds(trained.seconds)}, by ${job} of ${date} (${by})`, look),
    line('run', view.runId, look),
    line('beside', champion ?? 'no champion', look),
    ...many('refined', refinedTexts(trained), look),
    ...many('settings', trainedTexts(view.settings), look),
    ...many('inputs', inputs, look),
    line('code', `${trained.code}; content ${view.contentHash?.slice(0, 16) ?? 'none'}`, look),
    ...gateLines(trained, look),
    ...measureLines(trained, look),
    ...segmentLines(trained, look),
    ...movedLines(view.moved, look),
  ];
}

/** From which version it goes on, and how far; of a family for each member. */
function refinedTexts({ refined, members }: Trained): readonly string[] {
  if (!refined) return [];
  if ('anew' in refined) return [`trained anew: ${refined.anew}`];
  const of = ({ refined: own, member }: Trained['members'][number]): string => {
    const who = memberText(member) === '' ? '' : `${memberText(member)}: `;
    if (!own || 'anew' in own) return `${who}trained anew: ${own?.anew ?? 'nothing to go on from'}`;
    return `${who}${counted(own.added, 'tree')} added to ${count(own.trees)}`;
  };
  const [only = ''] = members.map(of);
  if (members.length === 1) return [`from ${refined.from}: ${only}`];
  return [`from ${refined.from}`, ...members.map(of)];
}

const many = (word: string, texts: readonly string[], look: Look): readonly string[] =>
  texts.map((text, index) => line(index === 0 ? word : '', text, look));

function leftText({ members, heldOut }: Trained): string {
  const left = new Map<string, number>();
  for (const member of members)
    for (const [name, rows] of Object.entries(member.left)) left.set(name, (left.get(name) ?? 0) + rows);
  const held = members.reduce((sum, member) => sum + member.held, 0);
  const days = heldOut
    ? `, ${heldOut.by} from ${heldOut.from} to ${heldOut.to}${heldOut.learned ? ', and learned then' : ''}`
    : '';
  const texts = [
    ...(held > 0 ? [`${count(held)} of them kept to judge with${days}`] : []),
    ...[...left].map(([name, rows]) => `${counted(rows, 'row')} left out without ${name}`),
  ];
  return texts.length > 0 ? `; ${texts.join('; ')}` : '';
}

const signs = { '>=': 'at least', '<=': 'at most', 'no worse': 'no worse than the champion by more than' } as const;

const besideText = (champion: number | undefined, compared: number | undefined): string => {
  if (champion === undefined) return '';
  return `, the champion ${figure(champion)}${compared === undefined ? '' : `, both of ${counted(compared, 'sample')}`}`;
};

/** Each limit with its bound and where that comes from; of a family each member below it. */
function gateLines({ gate }: Trained, look: Look): readonly string[] {
  if (gate.limits.length === 0) return ['', 'It has no gate.'];
  const heading = gate.passed
    ? 'Its gate let it pass'
    : gate.unread
      ? 'Its gate leaves it to a person'
      : 'Its gate refused it';
  const lines = gate.limits.flatMap(({ measure, sign, bound, setting, passed, members }) => {
    const limit = `${signs[sign]} ${figure(bound)} (${setting ?? 'the definition'})`;
    const own = members.map(({ member, value, why, champion, compared, passed: holds }) => ({
      who: memberText(member),
      text: `${figure(value)}${why === undefined ? '' : ` (${why})`}${besideText(champion, compared)}`,
      holds,
    }));
    const [only] = own;
    const how = (holds: boolean): string => mark(look, holds ? 'done' : 'failed');
    if (only?.who === '')
      return [wrapHanging(`${how(passed)} ${visible(`${measure} ${only.text}: ${limit}`)}`, look.columns, 4)];
    return [
      wrapHanging(`${how(passed)} ${visible(`${measure}: ${limit}`)}`, look.columns, 4),
      ...own.map(({ who, text, holds }) =>
        wrapHanging(`  ${how(holds)} ${visible(`${who}: ${text}`)}`, look.columns, 6),
      ),
    ];
  });
  return ['', heading, ...lines];
}

/** Of a family a paragraph for each member: a table would leave out what does not fit. */
function measureLines({ members }: Trained, look: Look): readonly string[] {
  const [only] = members;
  const figures = ({ measures }: Trained['members'][number]) =>
    Object.entries(measures).map(([name, value]) => [name, figure(value)]);
  if (!only || members.every(({ measures }) => Object.keys(measures).length === 0)) return [];
  if (memberText(only.member) === '')
    return ['', ...table([{ head: 'measure' }, { head: 'figure', align: 'right' }], figures(only), look)];
  const texts = members.map((one) => {
    const all = figures(one).map((pair) => pair.join(' '));
    return `${memberText(one.member)}: ${[counted(one.rows, 'row'), ...all].join('; ')}`;
  });
  return ['', 'Measures', ...texts.map((text) => wrapHanging(visible(`  ${text}`), look.columns, 4))];
}

function movedLines(moved: readonly MovedView[], look: Look): readonly string[] {
  if (moved.length === 0) return [];
  return [
    '',
    'Beside the champion of then',
    ...moved.map(({ text }) => wrapHanging(visible(`  ${text}`), look.columns, 4)),
  ];
}
