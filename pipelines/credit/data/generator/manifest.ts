import type { Plan } from './options.ts';

/** What one run over some of the files must count for one silver table. in = valid + invalid + duplicates. */
export interface Figures {
  in: number;
  /** Rows that keep every rule and are the newest of their key in the run, `stale` and deletes among them. */
  valid: number;
  invalid: number;
  /** Rows that keep every rule, but a newer row of their key came in the same run. */
  duplicates: number;
  /** Valid rows that are older than what an earlier run brought for their key. */
  stale: number;
  /** Rows in that say their row was deleted, and whose key is well. */
  deletes: number;
  /** Rows that were in the table before the run and are not after it. */
  removed: number;
  /** Rows in the table after the run. */
  rows: number;
  /** For each flag that is false somewhere, the rows in which it is. */
  flags: Record<string, number>;
}
export type FiguresByTable = Record<string, Figures>;

/** What the gold tables hold after the last day written. */
export interface Gold {
  /** Rows of each table: the four dimensions, two of them with every version of a row, and the three facts. */
  rows: Record<string, number>;
  /** Of a dimension with versions, those that are so after the last day. */
  atuais: Record<string, number>;
  atendimentos: {
    porStatus: Record<string, number>;
    /** By the day in São Paulo. */
    porDia: Record<string, number>;
    /** Of these, opened from 21:00 to 24:00 in São Paulo: the next day in UTC. */
    noturnosPorDia: Record<string, number>;
  };
  custo: { total: string; chamados: number };
  desempenho: { atendidos: number; resolvidos: number; transferidos: number };
}

/** What was planted in one landing table, in the days written. */
export interface Planted {
  changes: number;
  copiesInOneFile: number;
  copiesOnLaterDays: number;
  /** Rows whose file is of a later day than their `_synced_at`. */
  late: number;
  ties: number;
  deletes: number;
  broken: number;
  withTwoFaults: number;
  /** Broken changes of a row that other changes bring well. */
  brokenBesideGood: number;
  /** Rows at the end of their file though others are newer. */
  outOfOrder: number;
  /** Openings of tickets that come on a later day than the ticket was opened. */
  eventDaysBefore: number;
}

export interface Manifest {
  readonly options: Omit<Plan, 'written'> & { readonly through: string };
  readonly files: readonly {
    readonly path: string;
    readonly table: string;
    readonly date: string;
    readonly lines: number;
  }[];
  /** Files that cannot be read whole; none of their lines is counted anywhere. */
  readonly badFiles: readonly {
    readonly path: string;
    readonly date: string;
    readonly line: number;
    readonly fault: string;
  }[];
  /** One run after each day: date → table → figures. */
  readonly daily: Record<string, FiguresByTable>;
  /** One run over all the days. */
  readonly full: FiguresByTable;
  readonly gold: Gold;
  readonly planted: Record<string, Planted>;
}
