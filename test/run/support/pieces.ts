import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tableNames } from '../../../pipelines/credit/data/generator/tables.ts';
import type { Looking } from './compare.ts';
import type { Random } from './random.ts';

/** Deals the lines of each file of landing data out to several files, whose names never change again. */
export function cutToPieces(
  from: string,
  to: string,
  options: { readonly most: number; readonly random: Random },
): void {
  for (const file of globSync('postgres_public/*/*.jsonl', { cwd: from }).sort()) {
    const lines = readFileSync(path.join(from, file), 'utf8').split('\n').filter(Boolean);
    const count = 1 + options.random.below(options.most);
    const pieces = Array.from({ length: count }, (): string[] => []);
    for (const line of lines) options.random.one(pieces).push(`${line}\n`);
    mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
    for (const [index, piece] of pieces.entries()) {
      if (piece.length > 0) writeFileSync(path.join(to, file.replace('.jsonl', `-${index}.jsonl`)), piece.join(''));
    }
  }
}

/** Which files must have come, one of them at least, before a file of children can be judged as it is when all are there. */
export interface Need {
  readonly child: string;
  readonly parents: readonly string[];
}

const references = [
  ['chamados', 'cliente_id', 'clientes', 'tb_cliente'],
  ['chamados', 'canal_id', 'canais', 'tb_canal'],
  ['chamados', 'motivo_id', 'motivos', 'tb_motivo'],
  ...['custos_chamado', 'pesquisas', 'chamados_log'].map(
    (child) => [child, 'chamado_id', 'chamados', 'tb_chamado'] as const,
  ),
] as const;

/** An origin is a file, and the line in it. */
const fileOf = (rid: string): string => `regexp_replace(${rid}, ':\\d+$', '')`;

/** What the full build `whole` shows of its files: the needs, parents before their own children. */
export async function needsOf(looking: Looking): Promise<readonly Need[]> {
  const needs: Need[] = [];
  for (const [child, column, parent, silver] of references) {
    const orphans = await looking.rows(`
      select c._rid from whole.bronze.${child} as c join whole.silver.${silver}__deleted as d on d.id_${silver.slice(3)} = c.${column}
      where not c._deleted`);
    if (orphans.length > 0) throw new Error(`${parent} are deleted while ${child} name them`);
    const rows = await looking.rows<{ child: string; parents: string[] }>(`
      with parents as (
        select id, list(distinct ${fileOf('_rid')}) as files from whole.bronze.${parent}
        where not _deleted and _rid not in (select _rid from whole.silver.${silver}_invalidos) group by id)
      select distinct ${fileOf('c._rid')} as child, p.files as parents
      from whole.bronze.${child} as c join parents as p on p.id = c.${column}`);
    needs.push(...rows);
  }
  return needs;
}

/** A random group for each file, such that every need is met. */
export function groupsOf(
  files: readonly string[],
  needs: readonly Need[],
  { groups, random }: { readonly groups: number; readonly random: Random },
): ReadonlyMap<string, number> {
  // Parents early, so that their children still have groups to choose from.
  const early = new Set<string>(['clientes', 'canais', 'motivos']);
  const found = new Map<string, number>();
  for (const file of files) {
    const isEarly = early.has(file.split('/')[1] ?? '');
    found.set(file, isEarly && random.chance(0.8) ? 0 : random.below(groups));
  }
  const tables = tableNames.map((table) => `/${table}/`);
  const inOrder = ['/chamados/', ...tables.filter((table) => table !== '/chamados/')];
  for (const table of inOrder) {
    for (const { child, parents } of needs) {
      if (!child.includes(table)) continue;
      const first = Math.min(...parents.map((parent) => found.get(parent) ?? 0));
      found.set(child, Math.max(found.get(child) ?? 0, first));
    }
  }
  return found;
}
