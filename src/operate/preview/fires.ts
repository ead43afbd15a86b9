/** A time at which a job is due, or an alert is raised that begins it. */
export interface Due {
  /** The day on which that is. */
  readonly on: string;
  readonly date: string;
  readonly cause: string;
}
/** A day on which the job would have begun. */
export interface Fire extends Due {
  /** Why it began no sooner than that day, where it had been due before. */
  readonly waited?: string;
}
/** What would not have begun it, although it was due. */
export interface Unfired extends Due {
  readonly why: string;
}

/** What a monitor finds of a date. */
export type Found = 'held' | 'broken' | 'unknown';

/**
 * On which days a job begins: an alert is raised where its monitor breaks for the first time since it held, on the day after the date that it is of, and where the job cools down it begins again as long as that stands; what is
 * due waits over blackout days, an alert for the end of the cool-down too, for the newest date that is broken by then, and is dropped where it is over. As `esteira start` does, a day at a time.
 */
export function firesOf({
  from,
  to,
  monitors,
  ticks,
  coolDown = 0,
  blackout,
}: {
  /** Dates, both included. */
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  /** By monitor, then date. */
  readonly monitors: ReadonlyMap<string, ReadonlyMap<string, Found>>;
  readonly ticks: readonly Due[];
  /** In days. */
  readonly coolDown?: number;
  readonly blackout: ReadonlySet<string>;
}): { readonly fires: readonly Fire[]; readonly unfired: readonly Unfired[] } {
  const open = new Set<string>();
  const fires: Fire[] = [];
  const unfired: Unfired[] = [];
  let pending: (Fire & { readonly monitor?: string })[] = [];
  for (let date = from; Temporal.PlainDate.compare(date, to) <= 0; date = date.add({ days: 1 })) {
    const day = date.add({ days: 1 });
    const on = day.toString();
    pending.push(...ticks.filter((tick) => tick.on === on));
    for (const [monitor, found] of monitors) {
      const verdict = found.get(date.toString());
      const waiting = pending.find((due) => due.monitor === monitor);
      const isAgain = coolDown > 0 && !waiting;
      if (verdict === 'broken' && (!open.has(monitor) || isAgain))
        pending.push({ on, date: date.toString(), cause: `alert ${monitor}`, monitor });
      else if (verdict === 'broken' && coolDown > 0 && waiting)
        pending = pending.map((due) => (due === waiting ? { ...due, date: date.toString() } : due));
      if (verdict === 'broken') open.add(monitor);
      if (verdict === 'held') open.delete(monitor);
    }
    const left: typeof pending = [];
    for (const { monitor, ...due } of pending) {
      const last = fires.at(-1)?.on;
      const until = last === undefined ? undefined : Temporal.PlainDate.from(last).add({ days: coolDown });
      const cools = monitor !== undefined && until !== undefined && Temporal.PlainDate.compare(day, until) < 0;
      if (blackout.has(on))
        left.push({ ...due, waited: due.waited ?? 'blackout day', ...(monitor ? { monitor } : {}) });
      else if (cools) left.push({ ...due, waited: `cool-down until ${until}`, monitor });
      else if (monitor !== undefined && due.waited !== undefined && !open.has(monitor))
        unfired.push({ ...due, why: `over before the ${due.waited} ended` });
      else fires.push({ ...due, on });
    }
    pending = left;
  }
  return {
    fires: joined(fires),
    unfired: [...unfired, ...pending.map(({ monitor, waited = '', ...due }) => ({ ...due, why: waited }))],
  };
}

/** What begins it on one day for one date begins it once, for all of its causes. */
const joined = (fires: readonly Fire[]): readonly Fire[] =>
  Map.groupBy(fires, ({ on, date }) => `${on} ${date}`)
    .values()
    .map((all) => ({ ...Object.assign({}, ...all), cause: [...new Set(all.map(({ cause }) => cause))].join(' and ') }))
    .toArray();
