import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { generate, type Manifest, type Options } from './generate.ts';
import { differences, promised, recount } from './recount.ts';

const root = mkdtempSync(join(tmpdir(), 'credit data '));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const makeIn = (folder: string, more: Partial<Options> = {}): Promise<Manifest> =>
  generate({ folder, tickets: 1000, days: 4, firstDate: '2026-09-14', ...more });
async function make(more: Partial<Options> = {}): Promise<{ folder: string; manifest: Manifest }> {
  folders += 1;
  const folder = join(root, String(folders));
  return { folder, manifest: await makeIn(folder, more) };
}

/** Path → hash of the bytes, of every landing file. */
function bytesOf(folder: string): Record<string, string> {
  const landing = join(folder, 'postgres_public');
  const files = readdirSync(landing, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(landing, name)).isFile(),
  );
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(landing, name)))
      .digest('hex');
  return Object.fromEntries(files.sort().map((name) => [name, hash(name)]));
}

const first = await make();

test('the same seed gives the same bytes, whatever the threads', async () => {
  const one = await make({ threads: 1 });
  const four = await make({ threads: 4 });
  assert.deepEqual(bytesOf(one.folder), bytesOf(first.folder));
  assert.deepEqual(bytesOf(four.folder), bytesOf(first.folder));
  assert.deepEqual(one.manifest, first.manifest);
});

test('another seed gives other bytes', async () => {
  const other = await make({ seed: 2 });
  const changed = Object.entries(bytesOf(other.folder)).filter(([name, hash]) => bytesOf(first.folder)[name] !== hash);
  // what is not drawn stays as it is: channels and reasons have no row of chance
  const tables = new Set(changed.map(([name]) => name.split('/')[0]));
  assert.deepEqual([...tables].sort(), [
    'atendentes',
    'chamados',
    'chamados_log',
    'clientes',
    'custos_chamado',
    'pesquisas',
  ]);
});

const cases: readonly Partial<Options>[] = [
  {},
  { seed: 7, tickets: 100, days: 1 },
  { seed: 11, tickets: 3000, days: 9, firstDate: '2028-02-26' },
  { seed: 2 ** 52, tickets: 2500, chunk: 700, gzip: true },
  { seed: 3, badFiles: true },
  { seed: 5, badFiles: true, gzip: true, through: '2026-09-15' },
];
for (const options of cases) {
  test(`counting the files again finds what the manifest says: ${JSON.stringify(options)}`, async () => {
    const { folder, manifest } = await make(options);
    const counted = await recount(folder);
    assert.deepEqual(differences(promised(manifest), counted), []);
    assert.equal(manifest.badFiles.length, options.badFiles ? 2 : 0);
  });
}

test('the recount notices one row more, one row less and one value changed', async () => {
  const { folder, manifest } = await make({ days: 2 });
  const path = join(folder, 'postgres_public/custos_chamado/2026-09-15.jsonl');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const noticed = async (text: string) => {
    writeFileSync(path, text);
    return differences(promised(manifest), await recount(folder)).map((difference) => difference.split(':')[0]);
  };
  assert.deepEqual(await noticed(`${lines.join('\n')}\n`), []);
  assert.ok((await noticed(lines.slice(1).join('\n'))).includes('full.silver.tb_custo_chamado.in'));
  assert.ok((await noticed([...lines, lines[0]].join('\n'))).includes('full.silver.tb_custo_chamado.duplicates'));
  const dearer = lines.map((line) => line.replace(/"valor":(\d+)\./, '"valor":1$1.'));
  assert.deepEqual(await noticed(dearer.join('\n')), ['gold.custo.total']);
  appendFileSync(path, '\n{');
  assert.ok((await recount(folder)).badFiles.includes('postgres_public/custos_chamado/2026-09-15.jsonl'));
});

test('the recount imports nothing but its own files and Node', () => {
  const names = readdirSync(join(import.meta.dirname, 'recount')).map((name) => `recount/${name}`);
  for (const name of ['recount.ts', ...names]) {
    const source = readFileSync(join(import.meta.dirname, name), 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from ?? '');
    const strange = imported.filter(
      (from) => !/^(node:|\.\/recount\/\w+\.ts$|\.\/(values|rules|judge|read|runs)\.ts$)/.test(from),
    );
    assert.deepEqual(strange, [], name);
  }
});

test('in every run, rows in are valid, invalid or duplicates', () => {
  for (const run of [...Object.values(first.manifest.daily), first.manifest.full]) {
    for (const [table, figures] of Object.entries(run)) {
      assert.equal(figures.in, figures.valid + figures.invalid + figures.duplicates, table);
    }
  }
});

test('one run over all the days ends with the rows of a run a day, and with the same invalid rows', () => {
  const days = Object.values(first.manifest.daily);
  for (const [table, full] of Object.entries(first.manifest.full)) {
    assert.equal(full.rows, days.at(-1)?.[table]?.rows, table);
    assert.equal(
      full.invalid,
      days.reduce((sum, day) => sum + (day[table]?.invalid ?? 0), 0),
      table,
    );
    assert.equal(full.stale, 0, table);
  }
});

const flags: Record<string, string> = {
  'silver.tb_canal': 'id_canal_present id_canal_kind nome_present digital_present digital_kind',
  'silver.tb_motivo':
    'id_motivo_present id_motivo_kind nome_present categoria_present prazo_horas_present prazo_horas_kind prazo_positivo',
  'silver.tb_atendente':
    'id_atendente_present id_atendente_kind nome_present equipe_present admitido_em_present admitido_em_kind ativo_kind',
  'silver.tb_cliente':
    'id_cliente_present id_cliente_kind nome_present email_present uf_present segmento_present criado_em_present ' +
    'criado_em_kind email_valido uf_valida segmento_conhecido',
  'silver.tb_chamado':
    'id_chamado_present id_chamado_kind id_cliente_present id_cliente_kind id_atendente_kind id_canal_present ' +
    'id_canal_kind id_motivo_present id_motivo_kind status_present aberto_em_present aberto_em_kind ' +
    'primeira_resposta_em_kind fechado_em_kind status_conhecido fechado_apos_aberto resposta_apos_aberto ' +
    'resolvido_tem_fechamento cliente_existe canal_existe motivo_existe',
  'silver.tb_custo_chamado':
    'id_custo_present id_custo_kind id_chamado_present id_chamado_kind tipo_present valor_present valor_kind ' +
    'lancado_em_present lancado_em_kind valor_nao_negativo chamado_existe',
  'silver.tb_pesquisa':
    'id_pesquisa_present id_pesquisa_kind id_chamado_present nota_present nota_kind respondida_em_present ' +
    'respondida_em_kind nota_de_1_a_5 chamado_existe',
  'silver.tb_chamado_log':
    'id_log_present id_log_kind id_chamado_present id_chamado_kind status_present id_atendente_kind ' +
    'registrado_em_present registrado_em_kind chamado_existe',
};

for (const table of ['silver.tb_atendente', 'silver.tb_cliente']) flags[`${table}_historico`] = flags[table] ?? '';

test('every flag is false for at least one planted row', () => {
  for (const [table, names] of Object.entries(flags)) {
    const planted = Object.keys(first.manifest.full[table]?.flags ?? {});
    assert.deepEqual(planted.sort(), names.split(' ').sort(), table);
  }
});

test('copies, late rows, stale rows, ties, deletes and rows with two faults are planted', () => {
  const { planted, daily } = first.manifest;
  const total = (name: keyof Manifest['planted'][string]) =>
    Object.values(planted).reduce((sum, counts) => sum + counts[name], 0);
  for (const [table, counts] of Object.entries(planted)) {
    assert.ok(counts.copiesInOneFile > 0, `${table} has copies in one file`);
    assert.ok(counts.deletes > 0, `${table} has deletes`);
    assert.ok(counts.withTwoFaults > 0, `${table} has rows with two faults`);
  }
  for (const name of [
    'copiesOnLaterDays',
    'late',
    'ties',
    'brokenBesideGood',
    'outOfOrder',
    'eventDaysBefore',
  ] as const) {
    assert.ok(total(name) > 0, name);
  }
  for (const name of ['stale', 'removed', 'duplicates'] as const) {
    const tables = ['silver.tb_cliente', 'silver.tb_chamado'];
    for (const table of name === 'stale' ? tables : [...tables, 'silver.tb_canal', 'silver.tb_custo_chamado']) {
      const found = Object.values(daily).reduce((sum, day) => sum + (day[table]?.[name] ?? 0), 0);
      assert.ok(found > 0, `${table} has rows that are ${name}`);
    }
  }
  const evenings = Object.values(first.manifest.gold.atendimentos.noturnosPorDia);
  assert.ok(evenings.length >= 4 && evenings.every((count) => count > 0), 'tickets from 21:00 to 24:00 on each day');
});

test('the days up to one are the same bytes as those of all the days, and more days leave them as they are', async () => {
  const folder = join(root, 'growing');
  await makeIn(folder, { through: '2026-09-15' });
  const two = bytesOf(folder);
  const written = (name: string) => statSync(join(folder, 'postgres_public', name)).mtimeMs;
  for (const [name, hash] of Object.entries(two)) assert.equal(hash, bytesOf(first.folder)[name], name);
  assert.deepEqual(new Set(Object.keys(two).map((name) => name.slice(-16, -6))), new Set(['2026-09-14', '2026-09-15']));
  const before = Object.keys(two).map(written);
  assert.deepEqual(await makeIn(folder), first.manifest);
  assert.deepEqual(bytesOf(folder), bytesOf(first.folder));
  assert.deepEqual(Object.keys(two).map(written), before);
  await makeIn(folder, { through: '2026-09-15' });
  assert.deepEqual(bytesOf(folder), two);
});

test('a folder with files of other options is refused, and stays as it is', async () => {
  const { folder } = await make({ days: 2 });
  const before = bytesOf(folder);
  await assert.rejects(
    makeIn(folder, { days: 2, seed: 9 }),
    /holds the days of .*"seed":1.*these options are .*"seed":9/,
  );
  assert.deepEqual(bytesOf(folder), before);
});

test('options out of range are refused with what is allowed', async () => {
  const folder = join(root, 'refused');
  await assert.rejects(makeIn(folder, { tickets: 10 }), /tickets is 10; allowed: a whole number from 100/);
  await assert.rejects(makeIn(folder, { through: '2026-09-18' }), /allowed: 2026-09-14 to 2026-09-17/);
  await assert.rejects(makeIn(folder, { firstDate: '2018-09-14' }), /allowed: 2020-01-01 or later/);
  await assert.rejects(makeIn(folder, { firstDate: '2026-02-30' }), /RangeError/);
});
