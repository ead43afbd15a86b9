import { type Columns, parseValue } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Line } from '../../ports/index.ts';
import { type Approving, asEdited, digest, lineValue, tableOf } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { typedIn } from './cells.ts';
import { addressOf, labelOf } from './find.ts';

/** By column: the value, or one of the values, that a line says as it stands. */
export type Where = Readonly<Record<string, string | readonly string[]>>;

/** Whether a line is one of those. Throws NAME_UNKNOWN for a column that there is not, COMMAND_UNKNOWN for a value that it cannot have. */
export function filterOf(where: Where, approving: Approving): (line: Line) => boolean {
  const { node, project } = approving;
  const columns: Columns = tableOf(approving).definition.columns;
  const wanted = Object.entries(where).map(([name, texts]) => {
    const facts = columns[name]?.facts;
    if (!facts)
      throw new EsteiraError('NAME_UNKNOWN', {
        what: `Rows of ${labelOf(project, node)} have no column ${name}.`,
        allowed: Object.keys(columns).join(', '),
        next: commandIn(project, `approvals list ${labelOf(project, node)}`),
      });
    const values = [texts].flat().map((text) => {
      const typed = typedIn(facts, text, { decimalComma: false });
      if (typed === '') return null;
      const value = typed === undefined ? undefined : parseValue(facts, typed);
      if (value !== undefined) return lineValue(value);
      throw new EsteiraError('COMMAND_UNKNOWN', {
        what: `${name} is never that.`,
        got: text,
        allowed: `a value of kind ${facts.kind}`,
        next: `Write ${name}=<value>, as the list shows it.`,
      });
    });
    return [name, values] as const;
  });
  return (line) => {
    const stands = asEdited(line);
    return wanted.every(([name, values]) => {
      const own = stands[name] ?? null;
      return values.some(
        (value) => value === own || (typeof own === 'number' && value !== null && Number(value) === own),
      );
    });
  };
}

/** Lines as somebody has seen them, all together: another line, or another version of one, makes it another text. */
export const seenText = (lines: readonly Line[]): string => digest(...lines.map(addressOf));
