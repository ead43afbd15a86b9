import { millisecondsOf } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Graph } from '../graph/index.ts';
import { usualRetention } from '../run/index.ts';
import type { Environment } from './project.ts';

/** Throws CONFIG_INVALID where a freeze ends after more good days than figures are kept for: it never would. */
export function refuseForgottenDays(
  { environments }: { readonly environments: Readonly<Record<string, Pick<Environment, 'keep'>>> },
  { jobs }: Pick<Graph, 'jobs'>,
): void {
  const frozen = [...jobs.values()].flatMap(({ name, rollback }) =>
    rollback.flatMap(({ frozen: days }) => (days === undefined ? [] : [{ job: name, days }])),
  );
  for (const [environment, { keep }] of Object.entries(environments)) {
    const { figures } = { ...usualRetention, ...keep };
    const long = frozen.find(({ days }) => figures !== 'forever' && millisecondsOf(days) >= millisecondsOf(figures));
    if (!long) continue;
    throw new EsteiraError('CONFIG_INVALID', {
      what: `The job ${long.job} counts good days for longer than environments.${environment} keeps what monitors found.`,
      where: 'esteira.config.ts',
      got: `frozen: ${long.days}`,
      allowed: `less than ${figures}`,
      next: `Keep figures for longer, keep: { figures: '3 months' }, or freeze for fewer days.`,
    });
  }
}
