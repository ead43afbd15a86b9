import type { CompiledView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';

export const compile: Command = async ({ typed, call }) => {
  const names = typed.words.length > 0 ? typed.words : undefined;
  const view = await call('compile', given('select', names));
  return { result: view, text: () => compileText(view) };
};

/** SQL as it is, so that it can be kept in a file and given to the engine. */
export function compileText({ engine, queries }: CompiledView): string {
  return queries.map(({ name, sql }) => `-- ${name} (${engine})\n${sql.trimEnd()};`).join('\n\n');
}
