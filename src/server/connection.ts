import type { Clock, TakeLock } from '../ports/index.ts';

interface Context {
  /** Resolves when the one who asked can take more; an operation that tells little need not wait. */
  emit(event: unknown): Promise<void>;
  /** Aborted when the one who asked says so, or is gone; its reason is a coded error. */
  readonly signal: AbortSignal;
  /** Another process asked. */
  readonly forClient: boolean;
}
/** Carries out an operation. What goes in, what it tells and what it gives is JSON. */
export type Serve = (operation: string, input: unknown, context: Context) => Promise<unknown>;

export interface ConnectOptions {
  /** Where the project puts what is local to this machine, absolute. */
  readonly local: string;
  /** As a person would recognise it: `esteira run daily`. */
  readonly command: string;
  /** Of Esteira. */
  readonly version: string;
  readonly clock: Clock;
  readonly lock: TakeLock;
  readonly serve: Serve;
  /** When this process has become the owner, before anything is served. */
  readonly open?: () => Promise<void>;
  /** When this process ends being the owner; the lock is still held. */
  readonly close?: () => Promise<void>;
  /** This process has done its own work, and goes on for these commands. */
  readonly waiting?: (commands: readonly string[]) => void;
  /**
   * This process is to be the owner itself, and no client: `wait` stands by while another owns the project, `refuse` throws OWNED_ELSEWHERE then.
   */
  readonly own?: 'wait' | 'refuse';
  /** Another process owns the project, and this one waits for its end. */
  readonly standingBy?: () => void;
  /** How long an owner may be silent before it counts as unreachable, in milliseconds. */
  readonly patience?: number;
  /** How long an owner whose own work is done waits for a client that does not read what it is told, in milliseconds. */
  readonly linger?: number;
}

export interface CallOptions {
  /** Also gets `{ type: 'note', text }` of the connection itself. */
  readonly onEvent?: (event: unknown) => void;
  readonly signal?: AbortSignal;
  /** It may be asked for again when the owner died in the middle (so it is, unless this says no): reads, and runs, which resume. */
  readonly repeatable?: boolean;
}
export interface Connection {
  call(operation: string, input: unknown, options?: CallOptions): Promise<unknown>;
  /** An owner first waits for the work of those it serves. */
  close(): Promise<void>;
}

/** One of the two ways in which a process reaches the project. */
export interface Reach {
  call(operation: string, input: unknown, options: CallOptions): Promise<unknown>;
  close(): Promise<void>;
  /** Of a client: when the owner at the other end is gone. */
  readonly ended?: Promise<void>;
  /** False when the owner at the other end is gone. */
  readonly alive: boolean;
}

/** The owner is gone, and has not answered. */
export class Lost extends Error {
  readonly pid: number;
  /** It may have begun. */
  readonly begun: boolean;

  constructor(pid: number, begun: boolean) {
    super(`the owner (PID ${pid}) is gone`);
    this.pid = pid;
    this.begun = begun;
  }
}
