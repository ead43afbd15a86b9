import type { DiagnosisView, FindingView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { counted } from '../numbers.ts';
import { rowsText } from '../rows.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const diagnose: Command = async ({ typed, terminal, call }) => {
  const view = await call('diagnose', given('run', typed.words[0]));
  return { result: view, text: () => diagnosisText(view, terminal), exit: view.findings.length === 0 ? 0 : 1 };
};

/** The most probable cause is the first line. */
export function diagnosisText({ waits, ...view }: DiagnosisView, look: Look): string {
  if (waits.length === 0) return foundText(view, look);
  const lines = waits.map((text) => wrapHanging(`  ${visible(text)}`, look.columns, 4));
  const next = inEnvironment('  next    esteira approvals list', look);
  return [foundText(view, look), '', paint(look, 'strong', 'Waiting for people'), ...lines, next].join('\n');
}

function foundText({ findings, well }: Pick<DiagnosisView, 'findings' | 'well'>, look: Look): string {
  if (findings.length === 0) {
    const looked = well.map((text) => wrapHanging(visible(`${mark(look, 'done')} ${text}`), look.columns, 2));
    return [wellText(well), ...looked].join('\n');
  }
  const [first, ...others] = findings as [FindingView, ...FindingView[]];
  return [
    ...findingLines(first, look),
    ...(others.length > 0 ? ['', `${paint(look, 'strong', 'Besides')}, what this does not explain:`] : []),
    ...others.flatMap((one) => ['', ...findingLines(one, look)]),
  ].join('\n');
}

const wellText = (well: readonly string[]): string =>
  well.length === 0
    ? 'Nothing is wrong, and nothing has run yet.'
    : `Nothing is wrong. ${counted(well.length, 'run')} looked at:`;

function findingLines({ what, evidence, explains, next, rows }: FindingView, look: Look): readonly string[] {
  const said = (word: string, texts: readonly string[]): readonly string[] =>
    texts.map((text, index) =>
      wrapHanging(`  ${(index === 0 ? word : '').padEnd(9)}${inEnvironment(visible(text), look)}`, look.columns, 11),
    );
  return [
    wrapHanging(`${mark(look, 'failed')} ${visible(what)}${/[.?!]$/.test(what) ? '' : '.'}`, look.columns, 2),
    ...said('seen by', evidence),
    ...said('explains', explains),
    ...said('next', next),
    ...(rows
      ? [
          '',
          ...rowsText(rows, look)
            .split('\n')
            .map((line) => `  ${line}`),
        ]
      : []),
  ];
}
