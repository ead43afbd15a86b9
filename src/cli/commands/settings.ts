import { nearest } from '../../columns/nearest.ts';
import { EsteiraError } from '../../errors.ts';
import type { SettingsHistoryView, SettingsView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { moment } from '../numbers.ts';
import { person } from '../person.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

type Setting = SettingsView['settings'][number];

export const settings: Command = async ({ terminal, call }) => {
  const view = await call('settings', {});
  return { result: view, text: () => settingsText(view, terminal) };
};

export const settingsGet: Command = async ({ typed, terminal, call }) => {
  const setting = find(await call('settings', {}), typed.words[0] ?? '');
  return { result: setting, text: () => settingText(setting, terminal) };
};

export const settingsSet: Command = async ({ typed, terminal, call }) => {
  const [name = '', value = ''] = typed.words;
  const reason = given('reason', typed.texts.get('reason'));
  const setting = find(await call('settings set', { name, value, by: person(), ...reason }), name);
  return { result: setting, text: () => settingText(setting, terminal) };
};

export const settingsSql: Command = async ({ typed, terminal, call }) => {
  const reason = given('reason', typed.texts.get('reason'));
  const view = await call('settings sql', { sql: typed.words[0] ?? '', by: person(), ...reason });
  return { result: view, text: () => historyText(view, terminal) };
};

export const settingsHistory: Command = async ({ typed, terminal, call }) => {
  const view = await call('settings history', given('name', typed.words[0]));
  return { result: view, text: () => historyText(view, terminal) };
};

/** One of the list; NAME_UNKNOWN with the nearest name. */
function find({ settings: all }: SettingsView, name: string): Setting {
  // A name may be written with its catalog, which the list leaves out.
  const found = all.find((one) => one.name === name) ?? all.find((one) => name.endsWith(`.${one.name}`));
  if (found) return found;
  const names = all.map((one) => one.name);
  const meant = nearest(name, names);
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no setting "${name}".`,
    allowed: names.join(', ') || 'none: no definition has settings',
    next: meant ? `Did you mean: esteira settings get ${meant}` : 'esteira settings',
  });
}

const shown = (value: Setting['value']): string => (value === null ? 'none' : String(value));

/** What was changed in the warehouse is in the history from the next run on. */
function changedText(at: string | undefined, by: string | undefined): string {
  if (!at) return by ? `by ${by}, not seen by a run yet` : '';
  return `${moment(at)}${by ? ` by ${by}` : ''}`;
}

export function settingsText({ settings: all }: SettingsView, look: Look): string {
  if (all.length === 0) return 'No definition has settings.';
  const headings = [
    { head: 'setting' },
    { head: 'value', align: 'right' },
    { head: 'standard', align: 'right' },
    { head: 'changed', optional: true },
    { head: 'about', optional: true },
  ] as const;
  const rows = all.map(({ name, value, standard, changedAt, changedBy, about }) => [
    name,
    shown(value),
    shown(standard),
    changedText(changedAt, changedBy),
    about ?? '',
  ]);
  return table(headings, rows, look).join('\n');
}

/** All of one setting: what it may be matters most to whoever has just been refused. */
export function settingText(setting: Setting, look: Look): string {
  const { name, kind, value, standard, rules, about, changedAt, changedBy, reason } = setting;
  const changed = changedText(changedAt, changedBy);
  return [
    `${name} = ${shown(value)}`,
    ...(about ? [about] : []),
    `  may be    ${[kind, ...rules].join(', ')}`,
    `  standard  ${shown(standard)}`,
    ...(changed ? [`  changed   ${changed}`] : []),
    ...(reason ? [`  why       ${reason}`] : []),
  ]
    .map((line) => wrapHanging(visible(line), look.columns, 12))
    .join('\n');
}

export function historyText({ changes }: SettingsHistoryView, look: Look): string {
  if (changes.length === 0) return 'Nothing has been changed.';
  const headings = [
    { head: 'when', whole: true },
    { head: 'who' },
    { head: 'setting' },
    { head: 'from', align: 'right' },
    { head: 'to', align: 'right' },
    { head: 'why', optional: true },
  ] as const;
  const rows = changes.map(({ name, at, by, before, after, reason }) => [
    moment(at),
    by,
    name,
    shown(before),
    shown(after),
    reason ?? '',
  ]);
  return table(headings, rows, look).join('\n');
}
