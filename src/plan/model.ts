import type { AnyModel, Check, Setting } from '../define/index.ts';
import type { GraphStep, Node } from '../graph/index.ts';
import type { DefinitionFacts } from '../ports/index.ts';
import type { Read } from './reads.ts';

/** What the planner knows of one step, after the engine has described its query. */
export interface StepModel {
  readonly node: Node;
  readonly kind: GraphStep['kind'];
  /** Of a model: its version goes on from the champion. */
  readonly refines?: true;
  readonly reads: readonly Read[];
  /** Tables that its rules and checks ask. */
  readonly asked: readonly Node[];
  readonly checks: readonly Check[];
  /** The body is a projection of one relation that keeps the producer's rows: `_rid`, `_original` and `_unread` are handed on. */
  readonly carried?: {
    readonly from: Read;
    readonly star: boolean;
    /** Columns that it takes as they are, by their name. */
    readonly taken: readonly string[];
    readonly reads: Readonly<Record<string, readonly string[]>>;
  };
  /** Of a history: the body is a projection of one table that appends, and hands on `_rid` of its rows alone, by which rows of one time are ordered. */
  readonly origin?: { readonly from: Read; readonly star: boolean };
  /** It keeps `_original` and `_unread` itself, for those who read it. */
  readonly keepsOriginal: boolean;
  /** Reads whose rows know what could not be read of them, while the body cannot hand that on. */
  readonly keeping: readonly Read[];
  /** Columns that the body converts from text with `fn.to…`. */
  readonly converted: readonly string[];
  /** It groups or numbers rows somewhere. */
  readonly groups: boolean;
  /** The body uses the run's date or time. */
  readonly runValues: boolean;
  /** Its rules or checks do. */
  readonly judgesByRun: boolean;
  /** It is evaluated although nothing it reads has changed: chance is meant, or a check counts the rows of the run. */
  readonly alwaysAnew: boolean;
  /** Models that it predicts with, or of which it reads what stands inside, or the name of the champion. */
  readonly champions: readonly Node<AnyModel>[];
  /** Those that its body, rules and checks mention. */
  readonly settings: readonly Setting<unknown>[];
  /** Hash of what it is; comments and white space change nothing. */
  readonly definition: string;
  /** Of a model: hash of everything that stands above the rows that it learns from. */
  readonly above?: string;
  /** What the hash of the definition is of. */
  readonly facts: DefinitionFacts;
}
