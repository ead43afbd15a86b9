import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const kinds = [
  'col.text()',
  'col.integer().min(0)',
  'col.real().optional()',
  'col.timestamp()',
  "col.text().oneOf('a', 'b', 'c')",
  'col.boolean()',
];
const names = Array.from({ length: 20 }, (_, index) => `c${index}`);
const columns = `{ id: col.text().key(), seen_at: col.timestamp(), ${names
  .map((name, index) => `${name}: ${kinds[index % kinds.length]}`)
  .join(', ')} }`;

function tableText(index: number): string {
  const input = index === 0 ? 's0' : `t${index - 1}`;
  const copied = names.map((name) => `${name}: row.${name}`).join(', ');
  const since = `${input}.since('seen_at')`;
  const rows =
    index % 2
      ? `sql\`select * from \${${since}}\``
      : `from(${since}, (row) => ({ id: row.id, seen_at: row.seen_at, ${copied} }))`;
  const known = index === 0 ? '' : `, known: existsIn('c0', ${input}, 'id')`;
  return `export const t${index} = table('silver.t${index}', {
  columns: ${columns},
  rows: ${rows},
  write: 'merge',
  duplicates: keepLatest('seen_at'),
  invalid: 'set aside',
  rules: { later: sql\`c3 >= seen_at\`${known} },
});
export const k${index} = check('c${index}', expectNone(sql\`select id from \${t${index}} group by id having count(*) > 1\`));
`;
}

const imported = 'check, col, existsIn, expectNone, files, from, job, byHand, keepLatest, source, sql, table';
/** Tables in a chain, each with 22 columns, `since`, merge, rules, a reference and a check; `words` is where their words come from. */
export function writeChain(options: {
  readonly folder: string;
  readonly tables: number;
  readonly each: number;
  readonly words: string;
}): void {
  mkdirSync(options.folder, { recursive: true });
  for (let from = 0; from < options.tables; from += options.each) {
    const until = Math.min(from + options.each, options.tables);
    const file = Math.floor(from / options.each);
    const lines = [`import { ${imported} } from '${options.words}';`];
    if (from === 0) {
      lines.push(`export const s0 = source('landing.s0', { reader: files('rows/*.jsonl'), columns: ${columns} });`);
    } else {
      lines.push(`import { t${from - 1} } from './d${file - 1}.ts';`);
    }
    for (let index = from; index < until; index++) lines.push(tableText(index));
    if (until === options.tables) {
      lines.push(`export const all = job('all', { when: byHand, build: [t${until - 1}] });`);
    }
    writeFileSync(path.join(options.folder, `d${file}.ts`), `${lines.join('\n')}\n`);
  }
}

/** `esteira.config.ts` of a project with one catalog, its data beside it. */
export function writeConfiguration(options: {
  readonly folder: string;
  readonly catalog: string;
  /** Where the files of sources are; default: the project. */
  readonly files?: string;
  /** Files that stand in for sources, by pattern of the source's name. */
  readonly standIns?: Readonly<Record<string, string>>;
  /** Those that its monitors tell; nobody is in them. */
  readonly channels?: readonly string[];
  /** Those that decide; one person is in each. */
  readonly groups?: readonly string[];
}): void {
  const { catalog } = options;
  const standIns = Object.entries(options.standIns ?? {}).map(([name, pattern]) => `'${name}': files('${pattern}')`);
  const text = `import { files } from 'esteira';
import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: '${catalog}',
  pipelines: { ${catalog}: 'definitions/*.ts' },
  standard: 'here',
  channels: { ${(options.channels ?? []).map((name) => `${name}: []`).join(', ')} },
  groups: { ${(options.groups ?? []).map((name) => `${name}: ['somebody']`).join(', ')} },
  environments: {
    here: {
      warehouse: duckdb({ folder: 'data' }),
      state: sqlite({ file: 'data/state.sqlite' }),
      files: folder({ path: '${options.files ?? '.'}' }),
      standIns: { ${standIns.join(', ')} },
    },
  },
});
`;
  writeFileSync(path.join(options.folder, 'esteira.config.ts'), text);
}
