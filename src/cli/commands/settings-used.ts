/** Of a table of settings so many rows are shown one by one; a calendar of a year is said in one line. */
const most = 8;

/** The settings that a version was trained with, a line for each. */
export function trainedTexts(
  settings: readonly { readonly name: string; readonly value: string }[],
): readonly string[] {
  const tables = Map.groupBy(settings, ({ name }) => /^([^[]+)\[/.exec(name)?.[1] ?? name);
  return [...tables].flatMap(([table, values]) => {
    const lines = values.map(({ name, value }) => `${name} = ${value}`);
    const rows = new Set(values.map(({ name }) => name.replace(/\.[^.]*$/, '')));
    if (rows.size <= most) return lines;
    return [`${table}: ${rows.size} rows, such as ${lines[0]}`];
  });
}

/** The setting of a run; rows of a table stand in it one after the other, each from its first column on. */
export function usedText(name: string, value: string): string {
  const [first = ''] = value.split(' ', 1);
  const rows = value.split(`; ${first} `);
  return rows.length <= most ? `${name} ${value}` : `${name} of ${rows.length} rows, such as ${rows[0]}`;
}
