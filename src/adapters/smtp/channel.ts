import type { Channel } from '../../ports/index.ts';

/** For each part of a conversation, in milliseconds. */
const patience = 10_000;

export async function openSmtp(of: {
  readonly to: readonly string[];
  readonly from: string;
  /** With user and password. */
  readonly server: string;
  /** After the @ of what messages are called by. */
  readonly sender: string;
}): Promise<Channel> {
  const { createTransport } = await import('nodemailer');
  const times = { connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience };
  // What an address says of TLS and of names counts; only its times are ours.
  const transport = createTransport({ url: of.server, ...times });
  const domain = `${of.sender.replaceAll(/[^a-z0-9.-]/gi, '-')}.esteira`;
  return {
    async send({ id, thread, subject, text, at }, signal) {
      const give = (): void => transport.close();
      signal.addEventListener('abort', give, { once: true });
      try {
        await transport.sendMail({
          ...{ from: of.from, to: [...of.to], subject, text, date: new Date(at.epochMilliseconds) },
          messageId: `<${id}@${domain}>`,
          // Programs show together what refers to the same.
          references: `<${thread}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        if (signal.aborted) throw new Error('no answer in time', { cause: error });
        throw error;
      } finally {
        signal.removeEventListener('abort', give);
      }
    },
    close: async () => transport.close(),
  };
}
