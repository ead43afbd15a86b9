import type { AnyTable } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { Node } from '../../graph/index.ts';
import type { Delivered } from '../../ports/index.ts';
import { type Stopped, saysOther } from './send.ts';

const rowsText = ({ rows, failed, left }: Delivered): string => `${failed + left} of ${rows + left} rows`;

/** Not all were tried: the place could not be reached for too long, or takes nothing. */
export function stoppedBy({ fault }: Stopped, delivered: Delivered, { definition }: Node<AnyTable>): EsteiraError {
  const { sent, unchanged, failed, left, place } = delivered;
  return new EsteiraError(fault.is === 'of all' ? 'SOURCE_REFUSED' : 'SOURCE_UNREACHABLE', {
    what: `${rowsText(delivered)} of ${definition.name} could not be written to ${place}: ${fault.message}`,
    got: `${sent} sent, ${unchanged} unchanged, ${failed} failed, ${left} not tried`,
    next: fault.next,
  });
}

/** `failures`: the first of them, in words. */
export function notDelivered(
  delivered: Delivered,
  failures: readonly string[],
  { definition }: Node<AnyTable>,
): EsteiraError {
  const more = delivered.failed - failures.length;
  const isRounded = failures.some((one) => one.includes(saysOther));
  const wrong = `were not written to ${delivered.place}${isRounded ? ', or say something else there' : ''}`;
  const others = delivered.rows > delivered.failed ? '; the others are there' : '';
  return new EsteiraError('ROWS_NOT_DELIVERED', {
    what: `${rowsText(delivered)} of ${definition.name} ${wrong}${others}.`,
    got: [...failures, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    next: [
      `Mend what is said of them; esteira write-back ${definition.name} lists them all.`,
      ...(isRounded
        ? [`What a type rounds: let its column keep more digits, or round in the rows of ${definition.name}.`]
        : []),
    ].join('\n'),
  });
}
