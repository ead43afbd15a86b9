import { col } from '../../../columns/index.ts';
import type { AnyModel, DriftMeasure, InertiaMeasure } from '../../../define/index.ts';
import type { Node } from '../../../graph/index.ts';
import { spellBody } from '../../../plan/index.ts';
import { type Profile, profileDistance, profilePsi } from '../../../quality/drift/profile.ts';
import type { VersionAbout } from '../../../registry/about.ts';
import { memberText } from '../../../registry/verdict.ts';
import { openPredictor, openProfiles, predictQuery, real, wholeSpelling } from '../../../run/index.ts';
import { count } from '../../numbers.ts';
import { jsonValue } from '../../values.ts';
import { labelOf, type Subject } from '../subject.ts';
import { commandIn, valueText } from '../words.ts';
import type { Measured } from './measured.ts';

/** Words of a column that are told apart, the most frequent of the rows that there are. */
const mostWords = 10_000;

/** The version that is in use now, whatever the run began with: its rows are what the next one will be compared with. */
async function championOf(
  model: AnyModel,
  { project }: Subject,
): Promise<{ readonly node: Node<AnyModel>; readonly version: string } | undefined> {
  const node = project.graph.nodeOf(model) as Node<AnyModel>;
  const champion = (await project.state.models.champions()).get(node.id);
  return champion && { node, version: champion.version };
}

const look =
  (model: AnyModel, { project }: Subject) =>
  () => [commandIn(project, `models show ${labelOf(model, project.graph)}`)];
const none = (of: readonly string[], model: AnyModel, subject: Subject): Measured => ({
  parts: of.map((one) => ({ of: one })),
  what: () => '',
  facts: async () => [],
  look: look(model, subject),
});

/** How far each column has moved from the rows that the champion was trained with, those of each member by themselves; without a champion, or rows, it is not known. */
export async function measureDrift({ rows, model, columns, by }: DriftMeasure, subject: Subject): Promise<Measured> {
  const champion = await championOf(model, subject);
  if (!champion) return none(columns, model, subject);
  const { project, values } = subject;
  const { dialect } = project.warehouse;
  const all = `(${spellBody(rows, wholeSpelling({ project, values }))}\n) as _rows`;
  const parts: { readonly of: string; readonly value?: number }[] = [];
  for (const { member, profile: profiles } of await openProfiles(champion.node, champion.version, project)) {
    const own = Object.entries(member).map(
      ([name, value]) => `${dialect.identifier(name)} = ${dialect.literal(value)}`,
    );
    const relation = own.length > 0 ? `${all} where ${own.join(' and ')}` : all;
    const who = memberText(member);
    for (const column of columns) {
      const profile = profiles[column];
      const value = profile && (await moved(column, { profile, by, relation }, subject));
      const of = who === '' ? column : `${column} of ${who}`;
      parts.push({ of, ...(value === undefined || Number.isNaN(value) ? {} : { value }) });
    }
  }
  const label = labelOf(model, project.graph);
  const name = by === 'psi' ? 'PSI' : 'distance';
  return {
    parts,
    what: (worst, value) =>
      `${worst} has moved from what ${label} ${champion.version} was trained with: ${name} ${valueText('drift', value)}`,
    facts: async (broken) =>
      parts
        .filter(({ of, value }) => value !== undefined && broken.includes(of))
        .map(({ of, value = 0 }) => `${of}: ${name} ${valueText('drift', value)}`),
    look: look(model, subject),
  };
}

interface Compared {
  readonly profile: Profile;
  readonly by: 'psi' | 'ks';
  /** With its name, and which rows of it. */
  readonly relation: string;
}
async function moved(
  column: string,
  { profile, by, relation }: Compared,
  subject: Subject,
): Promise<number | undefined> {
  const { project } = subject;
  const { dialect } = project.warehouse;
  const { catalogs } = project.graph;
  const name = dialect.identifier(column);
  if (profile.of === 'words') {
    if (by === 'ks') return undefined;
    const text = dialect.type(col.text().facts);
    const query = `select cast(${name} as ${text}) as word, count(*) as n from ${relation} group by 1 order by 2 desc`;
    const { rows } = await project.warehouse.query(query, { limit: mostWords, catalogs });
    const words = new Map(rows.flatMap(([word, n]) => (word === null ? [] : [[String(word), Number(n)] as const])));
    return profilePsi(profile, { missing: Number(rows.find(([word]) => word === null)?.[1] ?? 0), words });
  }
  const { edges } = by === 'psi' ? profile.deciles : profile.percentiles;
  const value = `cast(${name} as ${dialect.type(col.real().facts)})`;
  const below = edges.map((edge) => `count(case when ${value} < ${real(edge)} then 1 end)`);
  const query = `select count(*), count(${name})${below.map((one) => `, ${one}`).join('')} from ${relation}`;
  const { rows } = await project.warehouse.query(query, { limit: 1, catalogs });
  const [all = 0, there = 0, ...upTo] = (rows[0] ?? []).map(Number);
  const ends = [...upTo, there];
  const counts = ends.map((end, bin) => end - (ends[bin - 1] ?? 0));
  return by === 'psi'
    ? profilePsi(profile, { missing: all - there, counts })
    : profileDistance(profile.percentiles, counts);
}

/** Mean squared distance to the nearest centre as a multiple of that of the training rows; each member of a family by itself. */
export async function measureInertia({ rows, model }: InertiaMeasure, subject: Subject): Promise<Measured> {
  const champion = await championOf(model, subject);
  const { project, values } = subject;
  const label = labelOf(model, project.graph);
  if (!champion) return none([label], model, subject);
  const { node, version } = champion;
  const { dialect } = project.warehouse;
  const predictor = await openPredictor(node, version, project);
  const query = `(${spellBody(rows, wholeSpelling({ project, values }))}\n)`;
  const { each, features } = model.facts;
  const wanted = { query, columns: [...each, ...features] };
  const names = each.map((name) => dialect.identifier(name));
  const list = [...names, 'avg(distance * distance)', 'count(distance)'].join(', ');
  const group = names.length > 0 ? ` group by ${names.join(', ')} order by ${names.join(', ')}` : '';
  const found = await project.warehouse.query(
    `select ${list} from ${predictQuery(predictor, wanted, dialect)} as _rows${group}`,
    {
      limit: mostWords,
      catalogs: project.graph.catalogs,
    },
  );
  const known = await project.state.models.version(node.id, version);
  const { members = [] } = (known?.about ?? {}) as Partial<VersionAbout>;
  const measured = found.rows.map((row) => {
    const member = Object.fromEntries(each.map((name, index) => [name, jsonValue(row[index])]));
    const trained = members.find((one) => each.every((name) => String(one.member[name]) === String(member[name])));
    const now = row[each.length] === null ? undefined : Number(row[each.length]);
    const then = trained?.measures['inertia_per_row'];
    const of = memberText(member) || label;
    const value = now === undefined || !then ? undefined : now / then;
    return { of, now, then, rows: Number(row[each.length + 1] ?? 0), ...(value === undefined ? {} : { value }) };
  });
  return {
    parts:
      measured.length > 0
        ? measured.map(({ of, value }) => ({ of, ...(value === undefined ? {} : { value }) }))
        : [{ of: label }],
    what: (worst, value) =>
      `the mean squared distance of ${worst} to its centres is ${valueText('inertia', value)} times that of the rows that ${label} ${version} was trained with`,
    facts: async (broken) =>
      measured
        .filter(({ of }) => broken.includes(of))
        .map(
          ({ of, now = 0, then = 0, rows: n }) =>
            `${of}: ${digits(now)} a row over ${count(n)} rows; ${digits(then)} when it was trained`,
        ),
    look: look(model, subject),
  };
}
const digits = (value: number): string => String(Number(value.toPrecision(4)));
