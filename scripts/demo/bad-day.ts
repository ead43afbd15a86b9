import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CommandLine } from './command.ts';

const rows = 400;
const planted = 60;
const status = 'aguardando_terceiro';

/** A day on which the application writes a status that nobody knows: whoever is on call finds it in the alert alone. Gives what the alert does not say. */
export function demonstrateBadDay(
  esteira: CommandLine,
  { folder, date, told }: { readonly folder: string; readonly date: string; readonly told: string },
): readonly string[] {
  console.log(
    `\nThe day after, a release of the application writes tickets with a new status: ${planted} of ${rows} changes.`,
  );
  console.log('What the people on call would get by e-mail goes to a file, which stands in for their inbox.');
  const before = Temporal.PlainDate.from(date).subtract({ days: 1 }).toString();
  const file = (day: string): string => path.join(folder, 'postgres_public', 'chamados', `${day}.jsonl`);
  const lines = readFileSync(file(before), 'utf8').trimEnd().split('\n');
  const good = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(isGood)
    .slice(0, rows);
  const changes = good.map((row, index) => ({
    ...row,
    ...(index < planted ? { status } : {}),
    _synced_at: `${date}T13:${String(index % 60).padStart(2, '0')}:00.000001Z`,
  }));
  writeFileSync(file(date), changes.map((row) => `${JSON.stringify(row)}\n`).join(''));
  esteira.show('sync', '--once');
  esteira.show('run', 'v_credit_diario', '--date', date);
  const text = readFileSync(told, 'utf8').trimEnd().split('\n\n\n').at(-1)?.trim() ?? '';
  console.log(`\n${text}\n`);
  esteira.show('alerts');
  return compare(text, { date, share: `${(planted / rows) * 100} %` });
}

/** As the generator plans them: broken rows have ids of their own, and texts or numbers of another kind. */
const isGood = ({ id, status: was, _deleted, aberto_em }: Record<string, unknown>): boolean =>
  typeof id === 'number' &&
  id < 3_000_000_000 &&
  typeof aberto_em === 'string' &&
  _deleted === false &&
  ['aberto', 'em_atendimento'].includes(String(was));

function compare(text: string, { date, share }: { readonly date: string; readonly share: string }): readonly string[] {
  console.log('the alert alone: planted → told');
  const wanted: readonly (readonly [what: string, said: RegExp])[] = [
    ['the table', /^v_credit\.silver\.tb_chamado_invalidos: /m],
    ['how many rows', new RegExp(`silver\\.tb_chamado_invalidos: ${planted} rows of ${rows}, ${RegExp.escape(share)}`)],
    ['the rule', new RegExp(`status_conhecido is false in ${planted} rows`)],
    ['since when', /status_conhecido .*, usually in \d+, since this run/],
    ['a row', new RegExp(`such as \\{.*"status":"${status}".*${date}`)],
    ['what to do next', /What to look at next\n {2}Veja que regra falhou/],
  ];
  return wanted.flatMap(([what, said]) => {
    const [found] = said.exec(text) ?? [];
    console.log(
      `${found ? '✓' : '✗'} ${what.padEnd(18)} ${found?.split('\n').at(-1)?.trim().slice(0, 100) ?? 'not told'}`,
    );
    return found ? [] : [`the alert does not say ${what}`];
  });
}
