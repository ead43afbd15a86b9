import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { Manifest } from '../../pipelines/engagement/data/generate.ts';
import { agreement, Desk } from './desk.ts';

/** What scikit-learn finds in the same rows; `golden/make.py` wrote it. */
const golden = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', 'golden.json'), 'utf8')) as {
  readonly members: Readonly<Record<string, { readonly rows: number; readonly sum: number; readonly rand: number }>>;
};

describe('segments that were planted', () => {
  const desk = new Desk();
  let manifest: Manifest;
  before(async () => {
    manifest = await desk.plant({ users: 1500 });
    await desk.succeed('setup');
    await desk.retrain();
    const { exit, err } = await desk.classify();
    assert.equal(exit, 0, err);
  });

  for (const level of ['usuario', 'equipe'] as const)
    for (const granularity of ['semana', 'mes'])
      test(`are found by ${level} and ${granularity} as well as by scikit-learn, and nearly as well as anybody could`, async () => {
        const wanted = golden.members[`${level} ${granularity}`];
        const [[rows, sum] = []] = await desk.rows(
          `select count(*), sum(frequencia + sessoes + coalesce(minutos, 0) + dias_desde_ultimo)
            from analytics.engajamento_periodo where nivel = '${level}' and granularidade = '${granularity}'`,
        );
        assert.equal(rows, wanted?.rows, 'the rows are those of the golden value');
        assert.ok(Math.abs(Number(sum) / (wanted?.sum ?? 0) - 1) < 1e-9, 'the rows are those of the golden value');
        const found = agreement(await desk.cube(level, granularity), manifest, level);
        assert.ok(found >= 0.93, `${found}`);
        assert.ok(Math.abs(found - (wanted?.rand ?? 0)) <= 0.005, `${found}, scikit-learn ${wanted?.rand}`);
        assert.ok(found <= manifest.levels[level].best + 0.01, `${found}, the best ${manifest.levels[level].best}`);
      });

  test('have their labels in the right order', async () => {
    const { ids, segments } = manifest.levels.usuario;
    const cube = await desk.cube('usuario');
    for (const [segment] of manifest.segments.entries()) {
      const places = ids.filter((_, at) => segments[at] === String(segment)).map((id) => cube.get(id));
      const right = places.filter((place) => place === segment).length;
      assert.ok(right / places.length > 0.9, `${manifest.segments[segment]}: ${right} of ${places.length}`);
    }
  });

  test('entities that are not in the plan are not in the cube, and those of an inactive level neither', async () => {
    const rows = await desk.rows(
      'select nivel, granularidade, count(*), count(label) from analytics.cubo_engajamento group by all order by 1, 2',
    );
    const { equipe, usuario } = manifest.levels;
    assert.deepEqual(
      rows,
      [equipe, usuario].flatMap(({ ids }, at) =>
        ['mes', 'semana'].map((granularity) => [['equipe', 'usuario'][at], granularity, ids.length, ids.length]),
      ),
    );
  });

  test('are not found without standardisation: minutes drown what else there is', async () => {
    const raw = new Desk((text) => text.replace('seed: 42', 'seed: 42, standardise: false'));
    raw.plantAs(desk);
    await raw.succeed('setup');
    await raw.succeed('settings', 'set', 'config.parametros_engajamento.silhueta_minima', '0');
    await raw.retrain();
    assert.equal((await raw.classify()).exit, 0);
    for (const level of ['usuario', 'equipe'] as const) {
      const found = agreement(await raw.cube(level), manifest, level);
      assert.ok(found < 0.7, `${level}: ${found}`);
    }
  });
});
