import { randomUUID } from 'node:crypto';
import {
  type Columns,
  type Duration,
  judgements,
  millisecondsOf,
  parseDuration,
  parseValue,
} from '../../columns/index.ts';
import type { Definition, EndpointFacts, Setting } from '../../define/index.ts';
import { holds } from '../../quality/judge.ts';
import { sealed, unsealed } from '../../registry/index.ts';

/** A setting that an endpoint takes. */
export interface TakenSetting {
  /** `catalog.schema.table.setting`. */
  readonly id: string;
  readonly column: Columns[string];
  /** As the definition calls what it is taken for. */
  readonly as: string;
  /** What it must be there, besides what its column says. */
  readonly must: 'be a share' | 'be a time' | undefined;
}

const isSetting = (value: unknown): value is Setting<number | Duration> => typeof value === 'object' && value !== null;

/** The settings that the facts of an endpoint name, and the gate of its model, for what each is taken. */
export function settingsTaken(
  { sample, deadline, reload, shadow, model }: EndpointFacts,
  idOf: (definition: Definition) => string,
): readonly TakenSetting[] {
  const taken: readonly (readonly [as: string, value: unknown, must: TakenSetting['must']])[] = [
    ['sample', sample, 'be a share'],
    ['shadow.share', shadow?.share, 'be a share'],
    ['deadline', deadline, 'be a time'],
    ['reload.every', reload.every, 'be a time'],
    // A version that is slower than its gate allows is not taken.
    ...model.facts.gate.map(({ bound }) => ['the gate', bound, undefined] as const),
  ];
  return taken.flatMap(([as, value, must]) => {
    if (!isSetting(value)) return [];
    const { columns } = value.of as Definition & { readonly columns: Columns };
    const column = columns[value.setting] as Columns[string];
    return [{ id: settingId(value, idOf), column, as, must }];
  });
}
export const settingId = (of: Setting<unknown>, idOf: (definition: Definition) => string): string =>
  `${idOf(of.of)}.${of.setting}`;

/** Values by the ids of their settings, as texts. */
export type SettingTexts = Readonly<Record<string, string>>;

export const settingsText = (values: SettingTexts, at: Temporal.Instant): Uint8Array =>
  sealed({ format: 1, values, writtenAt: at.toString(), nonce: randomUUID() });

/** Throws for what is cut, changed, or says something else. */
export function readSettingsText(bytes: Uint8Array): { readonly values: SettingTexts; readonly writtenAt: string } {
  const { format, values, writtenAt } = unsealed(bytes);
  if (format !== 1) throw new Error(`it has the format ${String(format)}, and this Esteira reads 1`);
  if (typeof values !== 'object' || values === null || typeof writtenAt !== 'string')
    throw new Error('it has no values');
  return { values: values as SettingTexts, writtenAt };
}

/** A text as the value of a setting. Throws RangeError, in words, for one that breaks its rules, or that means nothing where it is taken. */
export function settingValue({ id, column, as, must }: TakenSetting, text: string): number | Duration {
  const { facts } = column;
  const value = parseValue(facts, text);
  const broken = judgements({ value: column }).find((one) => !holds(one, value));
  if (value === undefined || broken) throw new RangeError(`${id} is ${text}, which its column refuses`);
  if (must === 'be a share' && !(Number(value) >= 0 && Number(value) <= 1))
    throw new RangeError(`${id} is ${text}, which is no share for ${as}: 0 to 1`);
  if (must === 'be a time' && !(parseDuration(String(value)) && millisecondsOf(value as Duration) > 0))
    throw new RangeError(`${id} is ${text}, which is no time for ${as}`);
  return value as number | Duration;
}
