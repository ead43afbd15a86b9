import type { RunEvent } from '../../operate/views.ts';
import type { Account } from '../../ports/index.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, seconds } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { pad, visible, width, wrapHanging } from '../text.ts';
import { type Followed, type FollowedStep, left } from './follow.ts';
import { runCommand } from './labels.ts';
import { noteOf } from './tree.ts';

/** `in = valid + invalid + duplicates (+ held)`; parts that are zero are left out. */
export function law(account: Account): string {
  const parts = (['valid', 'invalid', 'duplicates', 'held'] as const)
    .filter((part) => part === 'valid' || account[part] > 0)
    .map((part) => `${count(account[part])} ${part === 'duplicates' && account[part] === 1 ? 'duplicate' : part}`);
  return `${count(account.in)} in = ${parts.join(' + ')}`;
}

/** Said when a run begins. */
export function beginning({ run }: Followed): string {
  const { job, date, environment, runId, steps, resumed } = run;
  const how = resumed ? ', which goes on where it stood' : '';
  return visible(`${job} ${date} (${environment}), ${counted(steps.length, 'step')}, run ${runId}${how}`);
}

/** What is read in the place of the sources, in a line or two. */
export function standIns({ run }: Followed, look: Look): readonly string[] {
  if (run.standIns.length <= 2) return run.standIns.map((text) => visible(text));
  return [
    inEnvironment(`Others stand in for ${run.standIns.length} sources; esteira plan ${run.job} names them.`, look),
  ];
}

/** One line for a step that has ended, for logs and pipes. */
export function endLine({ view, state, end }: FollowedStep, longest: number, look: Look): string {
  const time = end?.seconds === undefined ? '' : seconds(end.seconds);
  const what = end?.error ? `${end.error.code}: ${end.error.what}` : noteOf(state, end);
  const words = what ?? (end?.account ? law(end.account) : view.kind);
  return `${mark(look, state)} ${visible(`${pad(`${time} `, 8)}${pad(view.label, longest)}  ${words}`)}`;
}

export const longestLabel = ({ run }: Followed): number =>
  Math.min(36, Math.max(0, ...run.steps.map(({ label }) => width(label))));

/** A note as it stands between lines. */
export function noteText({ level, text, step }: Extract<RunEvent, { type: 'note' }>, look: Look): string {
  const about = step === undefined || text.includes(step) ? '' : `${step}: `;
  const words = visible(`${about}${text}`);
  return level === 'warn' ? `${paint(look, 'warn', look.unicode ? '!' : 'warning:')} ${words}` : words;
}
/** The same in full, in as many lines as it takes. */
export function noteLines(note: Extract<RunEvent, { type: 'note' }>, look: Look): string {
  const lines = wrapHanging(noteText(note, look), look.columns, 2);
  if (note.next === undefined) return lines;
  return `${lines}\n${wrapHanging(inEnvironment(visible(`  next    ${note.next}`), look), look.columns, 10)}`;
}

/** What a run that ended early has not done. */
export function unfinished(followed: Followed, look: Look): readonly string[] {
  const open = left(followed);
  const [first] = open;
  if (!first || followed.end?.state === 'succeeded') return [];
  const { job, date } = followed.run;
  const words = visible(
    `Left: ${open.length} of ${counted(followed.steps.size, 'step')}, from ${first.view.label} on.`,
  );
  // The error of a step that failed says itself what to do.
  return followed.end?.state === 'failed'
    ? [words]
    : [words, inEnvironment(`  next    ${runCommand(job, date)}`, look)];
}
