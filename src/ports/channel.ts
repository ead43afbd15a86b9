/** What is handed to a channel. */
export interface ChannelMessage {
  /** The same each time it is sent: whoever gets it twice can know. */
  readonly id: string;
  /** What belongs together: an alert, and that it is over. */
  readonly thread: string;
  /** One line. */
  readonly subject: string;
  /** Plain text, for an inbox and a chat alike. */
  readonly text: string;
  /** The same for programs; JSON. */
  readonly data: unknown;
  readonly at: Temporal.Instant;
}

/** One who is told: an address, a chat, a program. */
export interface Channel {
  /**
   * Resolves when the other side has taken it; else throws, with a message that says why, `NotBefore` where the other side says when to come again.
   */
  send(message: ChannelMessage, signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
}

/** The other side has said when it may be asked again. */
export class NotBefore extends Error {
  readonly seconds: number;
  constructor(text: string, seconds: number) {
    super(text);
    this.seconds = seconds;
  }
}
