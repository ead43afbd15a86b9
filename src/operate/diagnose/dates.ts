const spellings = (date: Temporal.PlainDate): readonly string[] => {
  const [year, month, day] = date.toString().split('-');
  return [`${year}-${month}-${day}`, `${year}${month}${day}`, `${year}_${month}_${day}`, `${year}/${month}/${day}`];
};
/** A path names the date in one of the usual ways. */
export const isOf = (path: string, date: Temporal.PlainDate): boolean =>
  spellings(date).some((one) => path.includes(one));

const dayIn = /(\d{4})[-_/]?(\d{2})[-_/]?(\d{2})(?!.*\d{4}[-_/]?\d{2}[-_/]?\d{2})/;

/** The newest day that paths say. */
export function newestDate(paths: readonly string[]): Temporal.PlainDate | undefined {
  const days = paths.flatMap((path) => {
    const found = dayIn.exec(path);
    return found ? dayOf(`${found[1]}-${found[2]}-${found[3]}`) : [];
  });
  return days.toSorted(Temporal.PlainDate.compare).at(-1);
}
function dayOf(text: string): readonly Temporal.PlainDate[] {
  try {
    return [Temporal.PlainDate.from(text)];
  } catch {
    return [];
  }
}
