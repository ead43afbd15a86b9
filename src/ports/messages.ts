/** One message to be sent. */
export interface SentMessage {
  /** Messages of one key stay in order, and come to one partition; null: to any. */
  readonly key: string | null;
  /** When what it tells of happened, in milliseconds since 1970: the broker finds it by that. */
  readonly at: number;
  readonly text: string;
}

/** A topic that messages are sent to. */
export interface MessageSink {
  /**
   * Resolves when the broker has all of them, in this order, each once however often it was asked for while this goes on. Of messages of a call that throws some may
   * be there. `waits` hears why it takes long.
   */
  send(messages: readonly SentMessage[], waits: (why: unknown) => void): Promise<void>;
  close(): Promise<void>;
}
