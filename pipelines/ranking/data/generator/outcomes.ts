import { Chance } from '../../../chance.ts';
import { noise, undecided } from './events.ts';
import { knownAt, type Lawyer, utility } from './lawyers.ts';

const day = 86_400_000;

/** A contract, as the application exports it: once when it is signed, once more when the client has said how it was. */
export interface Contract {
  readonly case_id: string;
  readonly lawyer_id: string;
  readonly signed_at: string;
  readonly satisfaction: number | null;
  readonly recorded_at: string;
}

/** Who has to look further down signs less often. */
const signsAt = (place: number): number => (place <= 3 ? 0.5 : place <= 5 ? 0.35 : 0.15);

/** The chance of each lawyer to be chosen among those shown, whatever their places: a logit by what clients look for. Of whom nothing is known nobody is. */
export function chances(shown: readonly Lawyer[], at: number): readonly number[] {
  const worths = shown.map((one) => {
    const known = knownAt(one, at);
    return known ? utility(known) / noise : Number.NEGATIVE_INFINITY;
  });
  const most = Math.max(...worths);
  const weights = worths.map((worth) => (Number.isFinite(worth) ? Math.exp(worth - most) : 0));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return sum === 0 ? weights : weights.map((weight) => weight / sum);
}

/** What is so of a ranking before anybody has chosen: how likely the chosen one is among the first three, and that something is signed. */
export interface Promised {
  readonly hit: number;
  readonly conversion: number;
  readonly ndcg: number;
}
export function promised(ranked: readonly Lawyer[], at: number): Promised {
  const each = chances(ranked, at);
  const sum = (of: (chance: number, place: number) => number): number =>
    each.reduce((all, chance, index) => all + of(chance, index + 1), 0);
  return {
    hit: sum((chance, place) => (place <= 3 ? chance : 0)),
    conversion: (1 - undecided) * sum((chance, place) => chance * signsAt(place)),
    ndcg: sum((chance, place) => (place <= 5 ? chance / Math.log2(place + 1) : 0)),
  };
}

/** Whom a client chooses of a ranking; nobody now and then. */
export function chosenOf(ranked: readonly Lawyer[], at: number, chance: Chance): Lawyer | undefined {
  const [isUndecided, drawn] = [chance.next() < undecided, chance.next()];
  if (isUndecided) return undefined;
  let passed = 0;
  const each = chances(ranked, at);
  return ranked.find((_, index) => {
    passed += each[index] ?? 0;
    return drawn < passed;
  });
}

/** What comes of a choice within 30 days: the contract, and days later how content the client is. */
export function contractsOf({
  seed,
  caseId,
  lawyer,
  place,
  at,
}: {
  readonly seed: number;
  readonly caseId: string;
  readonly lawyer: Lawyer;
  readonly place: number;
  readonly at: number;
}): readonly Contract[] {
  const chance = new Chance(seed, `contract ${caseId}`);
  const [isSigned, wait, later, content] = [
    chance.next() < signsAt(place),
    chance.next(),
    chance.next(),
    chance.normal(),
  ];
  if (!isSigned) return [];
  const signed = at + Math.min(29 * day, -6 * day * Math.log(1 - wait));
  const heard = Math.min(at + 30 * day, signed + day * (1 + 4 * later));
  const known = knownAt(lawyer, at);
  const level = 3 + 0.8 * ((known ? utility(known) : 0) - 3) + 0.6 * content;
  const contract = { case_id: caseId, lawyer_id: lawyer.id, signed_at: new Date(signed).toISOString() };
  return [
    { ...contract, satisfaction: null, recorded_at: new Date(signed).toISOString() },
    {
      ...contract,
      satisfaction: Math.max(1, Math.min(5, Math.round(level))),
      recorded_at: new Date(heard).toISOString(),
    },
  ];
}
