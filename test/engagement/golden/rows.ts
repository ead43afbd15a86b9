// Writes the rows of engagement that test/engagement/truth.test.ts trains with, and the segment of each, as JSON for make.py.
import { writeFileSync } from 'node:fs';
import { Desk } from '../desk.ts';

const desk = new Desk();
const manifest = await desk.plant({ users: 1500 });
await desk.succeed('setup');
await desk.retrain();
const segment = new Map(
  Object.values(manifest.levels).flatMap(({ ids, segments }) =>
    ids.map((id, at) => [id, Number(segments[at])] as const),
  ),
);
const rows = await desk.rows(
  'select nivel, granularidade, entidade_id, frequencia, sessoes, minutos, dias_desde_ultimo from analytics.engajamento_periodo order by 1, 2, 3',
);
writeFileSync(process.argv[2] ?? 'rows.json', JSON.stringify(rows.map((row) => [...row, segment.get(String(row[2]))])));
