import { type Columns, compareNames } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { spelledSql } from '../stored.ts';
import { type CsvRecord, type Header, headerOf, records } from './csv.ts';
import { readTogether } from './failure.ts';
import { CutOff, countLines, extentOf, whyBad } from './lines.ts';
import { openedAs, placeOf } from './paths.ts';
import type { Staging } from './staging.ts';
import { type Reading, staged, typedSql } from './typed.ts';

const { literal } = dialect;
const field = (index: number): string => `"#c${index}"`;

/**
 * DuckDB reads files with the same header together. A file that it refuses (a record with too many or too few fields, a quote out of place) is
 * read again in Node, where such a record is a row that cannot be read.
 */
export async function readCsv(staging: Staging, files: readonly SourceFile[]): Promise<void> {
  const groups = new Map<string, { readonly header: Header; readonly files: SourceFile[] }>();
  for (const file of files) {
    const header = await usableHeader(staging, file);
    if (!header) continue;
    const key = JSON.stringify(header);
    const group = groups.get(key) ?? { header, files: [] };
    group.files.push(file);
    groups.set(key, group);
  }
  for (const { header, files: some } of groups.values()) await readGroup(staging, header, some);
}

/** The header, where it has what the columns need; a file without it is set aside, an empty one has no rows. */
async function usableHeader(staging: Staging, file: SourceFile): Promise<Header | undefined> {
  const { declared } = staging;
  try {
    const extent = await extentOf(file);
    const { ended } = extent;
    const wanted = Object.entries(declared).flatMap(([name, { facts }]) => [name, ...(facts.aliases ?? [])]);
    const header = await headerOf(file, wanted);
    if (!header) return undefined;
    const { names } = header;
    const twice = names.filter((name, index) => wanted.includes(name) && names.indexOf(name) !== index);
    if (twice.length) staging.setAside(file, `its header names ${twice.join(', ')} twice`, true);
    else if (!ended && compareNames(declared, names).gone.length && (await countLines(file, extent)) === 1)
      staging.setAside(file, 'it is cut off in its header');
    else if (staging.compare(file, names, 'its header has')) return header;
  } catch (error) {
    staging.setAside(file, whyBad(error));
  }
  return undefined;
}

/** Where the engine refuses a file of a group, only that one is read the slow way. */
async function readGroup(staging: Staging, header: Header, files: readonly SourceFile[]): Promise<void> {
  // An empty line is a record where there is one column, and none where there are more.
  const quick = header.names.length > 1 && !header.late ? files : [];
  const failed = await readTogether(quick, (some) => staging.add('records', quickSql(staging, header, some)));
  for (const file of files.filter((one) => failed.has(one) || !quick.includes(one))) {
    try {
      await readCarefully(staging, header, file);
    } catch (error) {
      staging.setAside(file, whyBad(error));
    }
  }
}

/** What both ways of reading have in common: fields by their place in the header. */
function reading({ input, declared }: Staging, { names }: Header): Pick<Reading, 'raw' | 'value'> {
  const { columns, extra } = input;
  const { called, news } = compareNames(declared, names);
  const raw = (name: string): string => {
    if (name === extra) return extraSql(news, names);
    const index = names.indexOf(called.get(name) ?? '');
    if (!called.has(name)) return 'cast(null as varchar)';
    // Two quotes with nothing between them are a text of no length, and no number at all.
    return columns[name]?.facts.kind === 'text' ? field(index) : `nullif(${field(index)}, '')`;
  };
  return { raw, value: (name) => spelledSql((columns[name] as Columns[string]).facts, raw(name)) };
}

/** The fields of the columns that nothing asks for, as an object; nothing where all are empty. */
function extraSql(news: readonly string[], names: readonly string[]): string {
  const fields = names.flatMap((name, index) => (news.includes(name) ? [{ name, index }] : []));
  if (fields.length === 0) return 'cast(null as varchar)';
  const pairs = fields.map(({ name, index }, at) => {
    // A name that is given twice has its values twice.
    const earlier = fields.slice(0, at).filter((other) => other.name === name).length;
    return `${literal(earlier ? `${name}#${earlier + 1}` : name)}, ${field(index)}`;
  });
  return `case when coalesce(${fields.map(({ index }) => field(index)).join(', ')}) is not null
    then cast(json_object(${pairs.join(', ')}) as varchar) end`;
}

/** All columns as text, by place: the engine guesses nothing, and an empty field is NULL while two quotes are a text of no length. */
function quickSql(staging: Staging, header: Header, files: readonly SourceFile[]): string {
  const { input } = staging;
  const { delimiter, names } = header;
  const types = names.map((_, index) => `'#c${index}': 'VARCHAR'`).join(', ');
  const object = names.map((name, index) => `${literal(name)}, ${field(index)}`).join(', ');
  return typedSql(input.columns, {
    from: `(select *, ${placeOf(input.files, 'filename')} as ${staged.file}
      from read_csv([${openedAs(files)}], columns={${types}}, auto_detect=false, header=true, delim=${literal(delimiter)}, quote='"', escape='"',
        nullstr='', allow_quoted_nulls=false, strict_mode=true, null_padding=false, filename=true))`,
    ...reading(staging, header),
    original: `cast(json_object(${object}) as varchar)`,
    besides: [staged.file],
  });
}

/** A record at a time; a file that turns out not to be text leaves nothing of itself. */
async function readCarefully(staging: Staging, header: Header, file: SourceFile): Promise<void> {
  const { input } = staging;
  const table = staging.table('waiting');
  const columns = header.names.map((_, index) => `${field(index)} varchar`).join(', ');
  await staging.run(
    `create or replace temp table ${table} (${staged.line} bigint, "#l" varchar, "#lost" boolean, ${columns})`,
  );
  try {
    await appendRecords(staging, header, file);
    await staging.add(
      'single',
      typedSql(input.columns, {
        from: `(select *, cast(${input.files.indexOf(file)} as integer) as ${staged.file} from ${table})`,
        ...reading(staging, header),
        lost: '"#lost"',
        original: '"#l"',
        besides: [staged.file, staged.line],
      }),
    );
  } finally {
    await staging.run(`drop table ${table}`);
  }
}

async function appendRecords(staging: Staging, { delimiter, names }: Header, file: SourceFile): Promise<void> {
  const appender = await staging.connection.createAppender(staging.bare('waiting'), 'main', 'temp');
  const { ended } = await extentOf(file);
  let number = -1;
  let isWhole = true;
  try {
    for await (const record of records(file, delimiter)) {
      number += 1;
      if (number === 0) continue;
      appender.appendBigInt(BigInt(number));
      const fields = fieldsOf(record, names.length);
      isWhole = 'broken' in record ? !record.open : record.fields.length >= names.length;
      appender.appendVarchar(originalOf(record, { names, fields }));
      appender.appendBoolean(fields === undefined);
      for (let index = 0; index < names.length; index += 1) {
        const value = fields?.[index] ?? null;
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
    // A last record that lacks fields, or an end of its quotes, and that no line end follows.
    if (!ended && !isWhole) throw new CutOff();
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** The fields, where there are as many as names; DuckDB takes no notice of delimiters after the last, and so does this. */
function fieldsOf(record: CsvRecord, count: number): readonly (string | null)[] | undefined {
  if ('broken' in record || record.fields.length < count) return undefined;
  return record.fields.slice(count).every((field) => field === null) ? record.fields.slice(0, count) : undefined;
}

/** As an object by the header's names, else the fields or the text as they are. */
function originalOf(
  record: CsvRecord,
  { names, fields }: { readonly names: readonly string[]; readonly fields: readonly (string | null)[] | undefined },
): string {
  if (fields) return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, fields[index]])));
  return JSON.stringify('broken' in record ? record.broken : record.fields);
}
