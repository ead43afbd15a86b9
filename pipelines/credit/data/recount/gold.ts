import { histories, type Row, silverTables } from './rules.ts';
import type { Silver } from './runs.ts';

const clock = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/Sao_Paulo',
  dateStyle: 'short',
  timeStyle: 'short',
  hourCycle: 'h23',
});
const seen = new Map<number, { day: string; hour: number }>();

/** The day and hour in São Paulo; asked once for each hour. */
function localTime(microseconds: number): { day: string; hour: number } {
  const hours = Math.floor(microseconds / 3_600_000_000);
  const known = seen.get(hours);
  if (known !== undefined) return known;
  const [day = '', time = ''] = clock.format(new Date(hours * 3_600_000)).split(', ');
  const local = { day, hour: Number(time.slice(0, 2)) };
  seen.set(hours, local);
  return local;
}

type Counts = Record<string, number>;
const add = (counts: Counts, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};
const sorted = (counts: Counts) => Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Versions of each row: of one moment the last line counts, of equal ones after each other the first, and a delete ends one. */
function versionsOf(changes: readonly Row[], key: string, says: readonly string[]): { all: number; now: number } {
  const lives = Map.groupBy(changes, (row) => row[key]);
  let [all, now] = [0, 0];
  for (const life of lives.values()) {
    const byTime = new Map(life.map((row) => [row['sincronizado_em'] as number, row]));
    let before = '';
    for (const [, row] of [...byTime].sort(([one], [other]) => one - other)) {
      const said = row['excluido'] === true ? '' : JSON.stringify(says.map((column) => row[column] ?? true));
      if (said !== '' && said !== before) all += 1;
      before = said;
    }
    if (before !== '') now += 1;
  }
  return { all, now };
}

/** What the gold tables hold, from the silver tables as they are. */
export function goldOf(silver: Silver): object {
  const tickets = new Map(silver.living('silver.tb_chamado').map((row) => [row['id_chamado'] as number, row]));
  const dayOf = (ticket: Row) => localTime(ticket['aberto_em'] as number);
  const hands = new Map<number, Set<number>>();
  for (const line of silver.living('silver.tb_chamado_log')) {
    const [ticket, attendant] = [line['id_chamado'] as number, line['id_atendente']];
    if (attendant === null) continue;
    hands.set(ticket, (hands.get(ticket) ?? new Set()).add(attendant as number));
  }
  const porStatus: Counts = {};
  const porDia: Counts = {};
  const noturnosPorDia: Counts = {};
  const performance = { atendidos: 0, resolvidos: 0, transferidos: 0 };
  const performanceRows = new Set<string>();
  for (const [id, ticket] of tickets) {
    const { day, hour } = dayOf(ticket);
    add(porStatus, String(ticket['status']));
    add(porDia, day);
    if (hour >= 21) add(noturnosPorDia, day);
    if (ticket['id_atendente'] === null) continue;
    performanceRows.add(`${day} ${ticket['id_atendente']}`);
    performance.atendidos += 1;
    if (ticket['status'] === 'resolvido') performance.resolvidos += 1;
    if ((hands.get(id)?.size ?? 0) > 1) performance.transferidos += 1;
  }
  const versions = Object.entries(histories).map(([name, { gold, says }]) => ({
    gold,
    ...versionsOf(silver.changes(name), silverTables[name]?.key ?? '', says),
  }));
  let cents = 0n;
  const costRows = new Set<string>();
  const costly = new Set<number>();
  for (const cost of silver.living('silver.tb_custo_chamado')) {
    const ticket = tickets.get(cost['id_chamado'] as number);
    if (ticket === undefined) continue;
    cents += BigInt(Math.round((cost['valor'] as number) * 100));
    costly.add(ticket['id_chamado'] as number);
    costRows.add(`${dayOf(ticket).day} ${ticket['id_canal']} ${ticket['id_motivo']}`);
  }
  return {
    rows: {
      ...Object.fromEntries(versions.map(({ gold, all }) => [gold, all])),
      'gold.dm_canal': silver.living('silver.tb_canal').length,
      'gold.dm_motivo': silver.living('silver.tb_motivo').length,
      'gold.ft_atendimento_geral': tickets.size,
      'gold.ft_custo_operacional': costRows.size,
      'gold.ft_performance_agente': performanceRows.size,
    },
    atuais: Object.fromEntries(versions.map(({ gold, now }) => [gold, now])),
    atendimentos: {
      porStatus: sorted(porStatus),
      porDia: sorted(porDia),
      noturnosPorDia: sorted(noturnosPorDia),
    },
    custo: { total: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, chamados: costly.size },
    desempenho: performance,
  };
}
