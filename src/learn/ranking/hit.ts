import { eachRequest, type Judged, ranked, tieEnd } from './requests.ts';

/**
 * For each request how likely one of the chosen is among the first `cut`: 1 or 0, but for equal scores, of which every order counts alike. NaN
 * for a request of which nothing was chosen.
 */
export function hits({ scores, grades, groups }: Judged, cut: number): Float64Array {
  const found = new Float64Array(groups.length);
  for (const { request, start, end } of eachRequest(groups)) {
    const order = ranked(scores, start, end);
    const isChosen = (place: number): boolean => (grades[order[place] as number] as number) > 0;
    found[request] = Number.NaN;
    for (let place = 0, missed = 1; place < order.length; ) {
      const last = tieEnd(order, scores, place);
      let chosen = 0;
      for (let at = place; at < last; at += 1) if (isChosen(at)) chosen += 1;
      // Drawn without putting back: none of the chosen is among those of the ties that still have a place.
      const places = Math.max(0, Math.min(last, cut) - place);
      for (let drawn = 0; drawn < places; drawn += 1)
        missed *= Math.max(0, last - place - chosen - drawn) / (last - place - drawn);
      if (chosen > 0) found[request] = 1 - missed;
      else if (!Number.isNaN(found[request] as number)) found[request] = 1 - missed;
      place = last;
    }
  }
  return found;
}
