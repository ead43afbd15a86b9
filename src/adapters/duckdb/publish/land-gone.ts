import { added, type Emptied, hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';
import type { Waiting } from './land-waiting.ts';
import { listed, sameKey } from './work.ts';

const { identifier, literal } = dialect;
const [order, gone] = [identifier(added.synced), identifier(added.deleted)];

/** A moment of so many microseconds since 1970. */
const moment = (micros: bigint): string => `make_timestamptz(${micros})`;

/** The keys of the rows that are there by what has been landed, and by what waits where `besides` says so. */
function living(waiting: Waiting, key: readonly string[], besides: string): string {
  const list = listed(key);
  const target = dialect.place(waiting.table.target);
  const all = `select ${list}, ${order}, ${gone} from ${target} union all by name select ${list}, ${order}, ${gone} from ${waiting.name} where ${besides}`;
  return `select ${list} from (${all}) group by ${list} having not max_by(${gone}, ${order})`;
}

/** Adds a row for each of these keys: it is gone. */
async function tell(
  session: Session,
  waiting: Waiting,
  { key, keys, how, operation }: { key: readonly string[]; keys: string; how: Emptied; operation: string },
): Promise<number> {
  const list = listed(key);
  const cells = {
    [added.deleted]: 'true',
    [added.synced]: moment(how.synced),
    [added.lsn]: literal(how.lsn),
    [added.committed]: how.committed === undefined ? 'null' : moment(how.committed),
    [added.operation]: literal(operation),
    [hidden.row]: `${literal(how.identity)} || '.' || lpad(cast(row_number() over (order by ${list}) as varchar), 10, '0')`,
  };
  const told =
    await session.run(`insert into ${waiting.name} (${list}, ${Object.keys(cells).map(identifier).join(', ')})
    select ${list}, ${Object.values(cells).join(', ')} from (${keys})`);
  return told.rowsChanged;
}

/** Every row of the table went: each that is there by what has been said before is said to be gone. */
export async function tellEmptied(session: Session, waiting: Waiting, key: readonly string[]): Promise<number> {
  let told = 0;
  for (const how of waiting.emptied) {
    const keys = living(waiting, key, `${order} < ${moment(how.synced)}`);
    told += await tell(session, waiting, { key, keys, how, operation: 'truncate' });
  }
  return told;
}

/** After another snapshot: what has been landed before and is not in it is gone. */
export async function tellVanished(
  session: Session,
  waiting: Waiting,
  { key, how }: { readonly key: readonly string[]; readonly how: Emptied },
): Promise<number> {
  const list = listed(key);
  const keys = `select ${list} from (${living(waiting, key, 'false')}) as t anti join ${waiting.name} as s on ${sameKey(key, 't', 's')}`;
  return await tell(session, waiting, { key, keys, how, operation: 'snapshot' });
}
