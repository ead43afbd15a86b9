import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Random } from '../../src/learn/random.ts';
import { esteira, installPackage } from '../esteira.ts';
import { writeConfiguration } from '../generated.ts';
import { emptyPlace } from '../places.ts';

/** What is ranked: lists of twenty candidates, each with so many features. */
export interface Shape {
  readonly name: string;
  readonly features: number;
  /** Requests that its model learns from. */
  readonly requests: number;
}
export const shapes: readonly Shape[] = [
  { name: 'narrow', features: 12, requests: 1000 },
  { name: 'wide', features: 301, requests: 100 },
];
export const candidates = 20;

const named = ({ features }: Shape): readonly string[] => Array.from({ length: features }, (_, at) => `f${at}`);

/** Bare: nothing is logged or shadowed. Full: each prediction is logged, a tenth predicted by another version too. */
const endpointOf = ({ name }: Shape, options: string): string => `{
  path: '/rank', model: ${name}Model, log: { lawyer_id: col.text() }, ${options},
  request: { case_id: col.text(), candidates: col.list({ lawyer_id: col.text(), ...${name}Features }) },
  answer: { ranking: col.list({ lawyer_id: col.text(), position: col.integer(), score: col.real() }) },
  handle: ({ request: { candidates }, predict }) => {
    const scores = predict(candidates).map(({ score }) => score);
    const order = scores.map((_, at) => at).sort((one, other) => scores[other] - scores[one]);
    return { ranking: order.map((at, place) => ({ lawyer_id: candidates[at].lawyer_id, position: place + 1, score: scores[at] })) };
  },
}`;

const definition = (shape: Shape): string => {
  const { name } = shape;
  return `import { byHand, col, endpoint, files, job, lambdaMart, model, source, table } from 'esteira';
const ${name}Names = ${JSON.stringify(named(shape))};
const ${name}Features = Object.fromEntries(${name}Names.map((one) => [one, col.real()]));
const columns = { id: col.integer().key(), match: col.integer(), relevance: col.integer(), ...${name}Features };
export const ${name}Landed = source('landing.${name}', { reader: files('${name}/*.parquet'), columns });
export const ${name}Judged = table('silver.${name}', { columns, rows: ${name}Landed.unread, write: 'append' });
export const ${name}Model = model('gold.${name}', {
  from: ${name}Judged, features: ${name}Names, target: 'relevance', group: 'match',
  learner: lambdaMart({ trees: 300, leaves: 31, at: [5], seed: 1 }),
});
export const ${name}Bare = endpoint('${name}_bare', ${endpointOf(shape, 'sample: 0')});
export const ${name}Full = endpoint('${name}_full', ${endpointOf(shape, 'sample: 1, shadow: { share: 0.1 }')});
export const ${name}Job = job('${name}', { when: byHand, build: [${name}Judged], train: [${name}Model] });
`;
};

/** Rows of requests whose best candidate follows from some features, most of them noise; four digits, as people send them. */
async function write(folder: string, shape: Shape, part: number): Promise<void> {
  const from = part * shape.requests * candidates;
  const noise = '(random() + random() + random() + random() - 2)';
  const features = named(shape).map((name) => `round(2 * ${noise}, 4) as ${name}`);
  const wish = `f0 * f1 + sin(2 * f2) + 0.4 * f5 + ${noise}`;
  const rows = `select range + ${from} as id, range // ${candidates} + ${part * shape.requests} as "match", ${features.join(', ')} from range(${shape.requests * candidates})`;
  const file = path.join(folder, shape.name, `${part}.parquet`);
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(`select setseed(${0.1 + part / 10});
    copy (select *, least(3, greatest(0, floor(1 + ${wish})))::integer as relevance from (${rows})) to '${file}' (format parquet)`);
  connection.closeSync();
}

/** The same for the same seed: one JSON text for each request. */
export function bodies(shape: Shape, count = 20): readonly string[] {
  const random = new Random(7);
  const number = (): number =>
    Number((2 * (random.next() + random.next() + random.next() + random.next() - 2)).toFixed(4));
  return Array.from({ length: count }, (_, request) =>
    JSON.stringify({
      case_id: `case-${request}`,
      candidates: Array.from({ length: candidates }, (_, at) => ({
        lawyer_id: `lawyer-${candidates * request + at}`,
        ...Object.fromEntries(named(shape).map((name) => [name, number()])),
      })),
    }),
  );
}

export interface Trained {
  /** The champion's trees, in LightGBM's format. */
  readonly file: string;
  readonly version: string;
  /** The champion before it, published as well. */
  readonly before: string;
}

/** A project as a user has it, in which each shape's model was trained twice, and published. */
export async function project(say: (line: string) => void): Promise<{
  readonly folder: string;
  readonly trained: ReadonlyMap<Shape, Trained>;
}> {
  installPackage();
  const folder = emptyPlace('endpoint');
  mkdirSync(path.join(folder, 'definitions'));
  writeConfiguration({ folder, catalog: 'served' });
  for (const shape of shapes) {
    mkdirSync(path.join(folder, shape.name));
    writeFileSync(path.join(folder, 'definitions', `${shape.name}.ts`), definition(shape));
  }
  await esteira(folder, ['setup']);
  const trained = new Map<Shape, Trained>();
  for (const shape of shapes) {
    const versions: string[] = [];
    for (const part of [0, 1]) {
      await write(folder, shape, part);
      const { wall } = await esteira(folder, ['run', shape.name, '--date', `2026-01-0${part + 1}`]);
      versions.push(versionOf(folder, shape).version);
      say(`  trained ${shape.name}, ${versions[part]}: ${wall.toFixed(1)} s`);
    }
    const { version, parts } = versionOf(folder, shape);
    const { members } = JSON.parse(parts['model.json'].text) as {
      readonly members: readonly { readonly parameters: { readonly text: string } }[];
    };
    const file = path.join(folder, `${shape.name}.txt`);
    writeFileSync(file, members[0]?.parameters.text ?? '');
    trained.set(shape, { file, version, before: versions[0] ?? '' });
  }
  return { folder, trained };
}

function versionOf(folder: string, { name }: Shape) {
  const [file] = globSync(`published/${name}/latest/*.json`, { cwd: folder });
  if (!file) throw new Error(`no version of ${name} was published`);
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
    readonly version: string;
    readonly parts: { readonly 'model.json': { readonly text: string } };
  };
}
