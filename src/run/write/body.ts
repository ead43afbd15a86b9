import { handedOn, type Read, type StepModel, spellBody, withCarried } from '../../plan/index.ts';
import type { Body } from '../../ports/index.ts';
import { rowsOfFunction } from '../function.ts';
import { versionName } from '../learning/learning.ts';
import type { Options } from './options.ts';
import { relationOf } from './relations.ts';
import { realSpelling } from './spelling.ts';

/** Where the rows of a step come from: a query, or a function called for each row of one. */
export function bodyOf(model: StepModel, options: Options): Body {
  const { definition } = model.node;
  const spelling = realSpelling(options, model);
  if (definition.kind !== 'table')
    return { by: 'query', sql: `select * from ${relationOf(model.reads[0] as Read, options, model)}` };
  const { rows } = definition.spec;
  if (rows.recipe.by === 'map') {
    const { input, map } = rows.recipe;
    return {
      by: 'function',
      sql: spellBody(input, spelling),
      columns: input.columns,
      map: rowsOfFunction(definition, map),
    };
  }
  const sql = withHidden(spellBody(rows, spelling), model, options);
  return { by: 'query', sql: model.node.inside ? ofVersion(sql, options) : sql };
}

/** The rows of a table inside a model say of which version they are. */
function ofVersion(query: string, { project, prepared }: Options): string {
  const { dialect } = project.warehouse;
  return `select *, ${dialect.literal(prepared?.version)} as ${dialect.identifier(versionName)} from (${query}\n) as _body`;
}

/** A projection that names its columns must hand on the hidden ones too; `select *` does by itself. */
function withHidden(query: string, model: StepModel, { project }: Options): string {
  const handing = model.carried ?? model.origin;
  if (!handing || handing.star) return query;
  return withCarried(query, project.warehouse.dialect, handedOn(model, handing.from)) ?? query;
}
