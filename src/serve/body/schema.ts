import type { ColumnFacts, Columns } from '../../columns/index.ts';
import { fieldsOf, mayMiss } from './fields.ts';
import { itemOf } from './values.ts';

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What the columns take, or with `answer` what they give: a request may leave out what has a standard value, an answer has every column. */
export function schemaOf(
  columns: Columns,
  options: { readonly answer?: boolean; readonly items?: number } = {},
): Schema {
  const fields = fieldsOf(columns);
  const needed = fields.filter(
    ({ isOptional, facts }) => options.answer || !(isOptional || facts.standard !== undefined),
  );
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, facts }) => [name, valueSchema(facts, options)])),
    ...(needed.length > 0 && { required: needed.map(({ name }) => name) }),
    additionalProperties: false,
  };
}

function valueSchema(facts: ColumnFacts, options: Parameters<typeof schemaOf>[1]): Schema {
  const { about, standard, rules = [] } = facts;
  const { type, ...kind } = kindSchema(facts, options);
  const ruled = Object.assign(
    {},
    ...rules.map((rule) => {
      if (rule.code === 'one_of') return { enum: mayMiss(facts) ? [...rule.allowed, null] : rule.allowed };
      if (rule.code === 'matches') return { pattern: rule.allowed };
      const isNumber = type === 'number' || type === 'integer';
      if (rule.code === 'min' && isNumber && Number.isFinite(rule.allowed)) return { minimum: rule.allowed };
      if (rule.code === 'max' && isNumber && Number.isFinite(rule.allowed)) return { maximum: rule.allowed };
      return {};
    }),
  );
  return {
    ...(type !== undefined && { type: mayMiss(facts) ? [type].flat().concat('null') : type }),
    ...kind,
    ...ruled,
    ...(about !== undefined && { description: about }),
    ...(standard !== undefined && { default: typeof standard === 'object' ? String(standard) : standard }),
  };
}

function kindSchema(facts: ColumnFacts, options: Parameters<typeof schemaOf>[1] = {}): Schema {
  switch (facts.kind) {
    case 'text':
      return { type: 'string' };
    case 'integer':
      return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'bigint':
      return options.answer
        ? { type: 'string', format: 'int64' }
        : { type: ['string', 'integer'], format: 'int64', pattern: '^[+-]?\\d+$' };
    case 'real':
      return { type: 'number', format: 'double' };
    case 'decimal': {
      const [digits, places] = facts.of as readonly [number, number];
      return {
        type: 'string',
        pattern: '^[+-]?\\d+(\\.\\d+)?$',
        description: `exact: ${digits} digits, ${places} of them places`,
      };
    }
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'duration':
      return { type: 'string', pattern: '^\\d+(\\.\\d+)? (ms|(second|minute|hour|day|month)s?)$' };
    case 'list': {
      const item = itemOf(facts);
      const items = 'rows' in item ? schemaOf(item.rows, options) : valueSchema(item.facts, options);
      return { type: 'array', items, ...(options.items !== undefined && { maxItems: options.items }) };
    }
    case 'json':
      return {};
  }
}
