import { type Command, numberOf } from '../command.ts';
import { rowsText } from '../rows.ts';

export const query: Command = async ({ typed, terminal, call }) => {
  const view = await call('query', { sql: typed.words[0] ?? '', limit: numberOf(typed, 'limit') ?? 100 });
  return {
    result: view,
    // In a pipe nothing is cut: another program reads it.
    text: () => rowsText(view, terminal.live ? terminal : { ...terminal, columns: Number.MAX_SAFE_INTEGER }),
  };
};
