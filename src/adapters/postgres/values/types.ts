/** How the bytes of a value are read. `unknown`: there is no decoder, the value is had as text only where the server is asked to say it so. */
export type Shape =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'oid'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'json'
  | 'jsonb'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'bytea'
  | 'array'
  | 'unknown';

/** A type as a column has it; a domain has the shape of what it is over. */
export interface PostgresType {
  readonly oid: number;
  /** `numeric(12,2)`, for people. */
  readonly name: string;
  readonly shape: Shape;
  /** Of an array. */
  readonly element?: PostgresType;
}

export interface TypeAsked {
  readonly oid: number;
  /** −1 where the column has none. */
  readonly modifier: number;
}

type BuiltIn = readonly [oid: number, array: number, name: string, shape: Shape];
const builtIns: readonly BuiltIn[] = [
  [16, 1000, 'boolean', 'bool'],
  [17, 1001, 'bytea', 'bytea'],
  [18, 1002, '"char"', 'text'],
  [19, 1003, 'name', 'text'],
  [20, 1016, 'bigint', 'int8'],
  [21, 1005, 'smallint', 'int2'],
  [23, 1007, 'integer', 'int4'],
  [25, 1009, 'text', 'text'],
  [26, 1028, 'oid', 'oid'],
  [114, 199, 'json', 'json'],
  [142, 143, 'xml', 'text'],
  [700, 1021, 'real', 'float4'],
  [701, 1022, 'double precision', 'float8'],
  [1042, 1014, 'character', 'text'],
  [1043, 1015, 'character varying', 'text'],
  [1082, 1182, 'date', 'date'],
  [1083, 1183, 'time without time zone', 'time'],
  [1114, 1115, 'timestamp without time zone', 'timestamp'],
  [1184, 1185, 'timestamp with time zone', 'timestamptz'],
  [1186, 1187, 'interval', 'interval'],
  [1266, 1270, 'time with time zone', 'timetz'],
  [1700, 1231, 'numeric', 'numeric'],
  [2950, 2951, 'uuid', 'uuid'],
  [3802, 3807, 'jsonb', 'jsonb'],
];
const byOid = new Map(builtIns.map((one) => [one[0], one]));
const byArray = new Map(builtIns.map((one) => [one[1], one]));

const numeric = 1700;
/** Lengths of texts are of no account here; the digits of a number are. */
function modified([oid, , name]: BuiltIn, modifier: number): string {
  if (oid !== numeric || modifier < 4) return name;
  const [digits, places] = [((modifier - 4) >> 16) & 0xffff, (((modifier - 4) & 0x7ff) ^ 1024) - 1024];
  return `${name}(${digits},${places})`;
}

/** A type that every server has by the same number. */
export function builtIn({ oid, modifier }: TypeAsked): PostgresType | undefined {
  const own = byOid.get(oid);
  if (own) return { oid, name: modified(own, modifier), shape: own[3] };
  const element = byArray.get(oid);
  if (!element) return undefined;
  const name = modified(element, modifier);
  return { oid, name: `${name}[]`, shape: 'array', element: { oid: element[0], name, shape: element[3] } };
}

/** A row of `pg_type`. */
export interface CatalogueType {
  readonly oid: number;
  readonly name: string;
  /** `d` for a domain, `e` for an enum, … */
  readonly type: string;
  readonly base: number;
  readonly modifier: number;
  /** Of an array, else 0. */
  readonly element: number;
  /** The function that says its values in binary. */
  readonly send: string;
}
/** For `CatalogueType`, with the numbers of the types as a parameter. */
export const catalogueQuery = `select t.oid::int8::float8 as oid, format_type(t.oid, null) as name, t.typtype as type, t.typbasetype::int8::float8 as base,
  t.typtypmod as modifier, (case when t.typlen = -1 and t.typsend = 'pg_catalog.array_send'::regproc then t.typelem else 0 end)::int8::float8 as element,
  coalesce(p.proname, '') as send from pg_catalog.pg_type t left join pg_catalog.pg_proc p on p.oid = t.typsend where t.oid = any($1::oid[])`;

/** Functions that say text as it is. */
const asText = /^(textsend|varcharsend|bpcharsend|citextsend|namesend|charsend|enum_send|xml_send|unknownsend)$/;

/** Types as columns have them; what is not built in is looked up in the catalogue, an array's elements and a domain's base too. */
export async function typesOf(
  ask: (oids: readonly number[]) => Promise<readonly CatalogueType[]>,
  wanted: readonly TypeAsked[],
): Promise<readonly PostgresType[]> {
  const known = new Map<number, CatalogueType>();
  const needed = (oids: readonly number[]): readonly number[] => [
    ...new Set(oids.filter((oid) => oid !== 0 && !known.has(oid) && !builtIn({ oid, modifier: -1 }))),
  ];
  for (let next = needed(wanted.map(({ oid }) => oid)); next.length > 0; ) {
    const found = await ask(next);
    for (const one of found) known.set(one.oid, one);
    next = needed(found.flatMap(({ base, element }) => [base, element]));
  }
  const resolve = ({ oid, modifier }: TypeAsked): PostgresType => {
    const own = builtIn({ oid, modifier });
    const found = known.get(oid);
    if (own || !found) return own ?? { oid, name: `type ${oid}`, shape: 'unknown' };
    const { name } = found;
    if (found.type === 'd') {
      const { shape, element } = resolve({ oid: found.base, modifier: found.modifier });
      return { oid, name, shape, ...(element ? { element } : {}) };
    }
    if (found.element !== 0) {
      return { oid, name, shape: 'array', element: resolve({ oid: found.element, modifier: -1 }) };
    }
    return { oid, name, shape: asText.test(found.send) ? 'text' : 'unknown' };
  };
  return wanted.map(resolve);
}

/** The same column as text, where the server is asked for that. */
export const sayAs = (type: PostgresType): 'text' | 'text[]' | undefined => {
  if (type.shape === 'unknown') return 'text';
  return type.element?.shape === 'unknown' ? 'text[]' : undefined;
};
const [text, textArray] = [builtIn({ oid: 25, modifier: -1 }), builtIn({ oid: 1009, modifier: -1 })] as [
  PostgresType,
  PostgresType,
];
/** What comes then, by the name of the type that the column has. */
export const saidAs = (type: PostgresType): PostgresType => {
  const said = sayAs(type);
  return said === undefined ? type : { ...(said === 'text' ? text : textArray), name: type.name };
};
