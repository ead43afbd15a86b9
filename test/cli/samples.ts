import type { Terminal } from '../../src/cli/terminal.ts';
import type { RunEvent, RunView, StepView } from '../../src/operate/views.ts';
import type { Account } from '../../src/ports/index.ts';

// One run of the support desk's job, as its events and its record tell it.

const layers = {
  postgres_public: ['chamados', 'clientes'],
  bronze: ['chamados', 'clientes'],
  silver: ['tb_cliente', 'tb_canal', 'tb_chamado'],
  gold: ['dm_cliente', 'ft_atendimento_geral'],
  curated: ['vw_atendimento_diario'],
};
const kinds: Record<string, StepView['kind']> = { postgres_public: 'source', curated: 'view' };
export const steps: readonly StepView[] = Object.entries(layers).flatMap(([layer, names]) =>
  names.map((name) => ({
    step: `v_credit.${layer}.${name}`,
    label: `${layer}.${name}`,
    kind: kinds[layer] ?? 'table',
    needs: [],
    layer,
  })),
);
export const named = (label: string): StepView => {
  const found = steps.find((step) => step.label === label);
  if (!found) throw new Error(`no step ${label}`);
  return found;
};

export const account = (valid: number, invalid = 0, duplicates = 0): Account => ({
  in: valid + invalid + duplicates,
  valid,
  invalid,
  duplicates,
  held: 0,
  inserted: valid,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});
const details = (flags: Readonly<Record<string, number>> = {}) => ({ flags, badFiles: [], warnings: [], files: 1 });

export const begun: RunEvent & { type: 'run' } = {
  type: 'run',
  runId: '01KEXAMPLE0RUN0ID000000000',
  job: 'v_credit_diario',
  date: '2028-02-29',
  logicalTime: '2028-03-01T05:00:00Z',
  environment: 'demo',
  resumed: false,
  suffix: '_invalidos',
  steps,
  standIns: steps.slice(0, 2).map(({ label }) => `${label}: files in place of postgres`),
};
export const running = (label: string): RunEvent & { type: 'step' } => ({
  type: 'step',
  step: named(label).step,
  state: 'running',
});
const flags = { canal_exists: 210, ordem_das_datas: 190, nota_max: 2 };
/** What each step of the run ends with. */
export const ends: readonly (RunEvent & { type: 'step' })[] = steps.map((view, index) => ({
  type: 'step',
  step: view.step,
  state: 'done',
  seconds: 0.1 + index / 10,
  ...(view.label === 'silver.tb_chamado'
    ? { account: account(12_001, 402, 77), details: details(flags) }
    : view.label === 'silver.tb_cliente'
      ? { account: account(900, 12), details: details({ email_matches: 12 }) }
      : view.label === 'silver.tb_canal'
        ? { account: account(0), details: details(), unchanged: true }
        : view.kind !== 'view' && {
            account: account(view.label.endsWith('chamados') ? 12_480 : 912),
            details: details(),
          }),
}));
export const ended: RunEvent & { type: 'end' } = {
  type: 'end',
  runId: begun.runId,
  state: 'succeeded',
  seconds: 4.2,
};
/** Each step begins and ends before the next. */
export const whole: readonly RunEvent[] = [
  begun,
  ...ends.flatMap((end) => [{ type: 'step' as const, step: end.step, state: 'running' as const }, end]),
  ended,
];
export const record: RunView = {
  runId: begun.runId,
  job: begun.job,
  date: begun.date,
  logicalTime: begun.logicalTime,
  suffix: begun.suffix,
  state: 'succeeded',
  reason: 'manual',
  createdAt: '2028-03-01T05:00:00Z',
  finishedAt: '2028-03-01T05:00:04.2Z',
  steps: ends.map(({ type: _, unchanged: __, ...step }) => ({ ...step, attempt: 1 })),
};

export interface FakeTerminal extends Terminal {
  readonly written: string;
  readonly told: string;
}
/** Keeps what is printed. */
export function fakeTerminal(
  options: {
    readonly columns?: number;
    readonly rows?: number;
    readonly live?: boolean;
    readonly color?: boolean;
  } = {},
): FakeTerminal {
  const { columns = 80, rows = 24, live = false, color = false } = options;
  const said = { written: '', told: '' };
  return {
    columns,
    rows,
    live,
    color,
    unicode: true,
    get written() {
      return said.written;
    },
    get told() {
      return said.told;
    },
    write: (text) => {
      said.written += text;
    },
    tell: (text) => {
      said.told += text;
    },
    onResize: () => () => {},
  };
}

const control = '\u001b';
const pieces = new RegExp(`${control}\\[(\\d*)([AKJ])|${control}\\[[\\d;]*m|\\r|\\n|[^${control}\\r\\n]+`, 'g');

/** What a terminal of so many columns shows after the text; long lines wrap, and only the moves that Esteira writes are known. */
export function screen(text: string, columns: number): readonly string[] {
  const lines: string[] = [''];
  let row = 0;
  for (const [piece, size, move] of text.matchAll(pieces)) {
    if (move === 'A') {
      row -= Number(size);
      if (row < 0) throw new Error('the cursor left the screen at its top');
    } else if (move === 'J') lines.splice(row, lines.length, '');
    else if (piece === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (!piece.startsWith(control) && piece !== '\r') {
      lines[row] = piece.slice(0, columns);
      for (let rest = piece.slice(columns); rest !== ''; rest = rest.slice(columns)) {
        row += 1;
        lines[row] = rest.slice(0, columns);
      }
    }
  }
  return lines;
}
