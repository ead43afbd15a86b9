import type { Columns } from '../../columns/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { judgeRows, lookAt, type Project, settingAsText, settingsNodes } from '../../run/index.ts';
import { readSettingsText, type SettingTexts, settingsText } from '../../serve/tables/index.ts';
import { put } from './bring-table.ts';
import type { Served } from './served.ts';

type Settings = Extract<Served, { readonly of: 'settings' }>;

/** The values that an endpoint takes, as texts. Throws SETTING_INVALID for one that its column refuses. */
export async function valuesOf({ settings }: Settings, project: Project): Promise<SettingTexts> {
  const values: Record<string, string> = {};
  for (const node of settingsNodes(project)) {
    const own = settings.filter((id) => id.startsWith(`${node.id}.`));
    if (own.length === 0) continue;
    const { rows } = await lookAt(node, project);
    judgeRows(node, rows, project);
    const { columns } = node.definition as { readonly columns: Columns };
    for (const id of own) {
      const name = id.slice(node.id.length + 1);
      const text = settingAsText((columns[name] as Columns[string]).facts, rows[0]?.[name]);
      if (text !== null) values[id] = text;
    }
  }
  return values;
}

/** In one order, to be compared. */
export const asText = (values: SettingTexts): string => JSON.stringify(Object.entries(values).sort());

/** Brings the values that an endpoint takes to the store, as the warehouse has them now. */
export async function bringSettings(
  store: KeptFiles,
  settings: Settings,
  project: Project,
): Promise<{ readonly state: 'published' | 'there'; readonly values: SettingTexts }> {
  for (;;) {
    // The store first: what it has then is not newer than the values.
    const looked = await store.look(settings.id);
    const values = await valuesOf(settings, project);
    const there = looked && thereIn(looked.bytes);
    if (there && asText(there.values) === asText(values)) return { state: 'there', values };
    const now = project.clock.now();
    const before = there && Temporal.Instant.from(there.writtenAt);
    const at = before && Temporal.Instant.compare(now, before) <= 0 ? before.add({ microseconds: 1 }) : now;
    if (!(await put(store, { path: settings.id, looked, bytes: settingsText(values, at) }))) continue;
    await project.trace('values-published');
    return { state: 'published', values };
  }
}

/** Nothing of what is broken: it is written anew. */
function thereIn(bytes: Uint8Array): ReturnType<typeof readSettingsText> | undefined {
  try {
    return readSettingsText(bytes);
  } catch {
    return undefined;
  }
}
