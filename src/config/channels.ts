import path from 'node:path';
import type { Env } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { ChannelAdapter, Place, Value } from './project.ts';

const refuse = (word: string, option: string, got: unknown, allowed: string): never => {
  throw new EsteiraError('CONFIG_INVALID', {
    what: `${word}(…) cannot take this as ${option}.`,
    got: String(got),
    allowed,
    next: 'Correct it in esteira.config.ts.',
  });
};
/** What should have been a variable may be the secret itself. */
const hidden = (value: unknown): string =>
  typeof value === 'string' ? `a text of ${value.length} characters` : String(value);
const isVariable = (value: unknown): boolean => typeof value === 'string' && value.startsWith('env:');

/** Mail by SMTP. `server` is an address such as `smtps://user:password@mail.example.com:465`; `smtp://…:587?requireTLS=true` begins without TLS. */
export function email(options: {
  readonly to: string | readonly string[];
  readonly from: string;
  readonly server: Env;
}): ChannelAdapter {
  const { from, server } = options;
  const to = [options.to].flat();
  if (to.length === 0 || !to.every((one) => typeof one === 'string' && /^[^@\s]+@[^@\s]+$/.test(one)))
    refuse('email', 'to', to.join(', '), 'one address, or several');
  if (typeof from !== 'string' || !from.includes('@')) refuse('email', 'from', from, 'an address');
  if (!isVariable(server)) refuse('email', 'server', hidden(server), "env('SMTP_URL'): an address has a password");
  return Object.freeze({
    role: 'channel',
    adapter: 'email',
    options,
    describe: `e-mail to ${to.join(', ')}`,
    secrets: [server],
    writes: () => [],
    open: async (place: Place) => {
      const { openSmtp } = await import('../adapters/smtp/channel.ts');
      return openSmtp({ to, from, server: place.secret(server), sender: `${place.project}.${place.environment}` });
    },
  });
}

/** An incoming webhook of Slack, or of what understands the same. */
export function slack(options: { readonly webhook: Env }): ChannelAdapter {
  if (!isVariable(options.webhook))
    refuse('slack', 'webhook', hidden(options.webhook), "env('SLACK_WEBHOOK'): the address is a secret");
  return Object.freeze({
    role: 'channel',
    adapter: 'slack',
    options,
    describe: `Slack by ${options.webhook.slice('env:'.length).replace(/=.*$/s, '')}`,
    secrets: [options.webhook],
    writes: () => [],
    open: async (place: Place) => {
      const { slackChannel } = await import('../adapters/http/slack.ts');
      return slackChannel({ url: place.secret(options.webhook) });
    },
  });
}

/** Any program: each notice as JSON, signed with the secret. */
export function webhook(options: { readonly url: Value; readonly secret: Env }): ChannelAdapter {
  const { url, secret } = options;
  if (typeof url !== 'string' || !(isVariable(url) || URL.canParse(url)))
    refuse('webhook', 'url', hidden(url), "an address, or env('NAME')");
  if (!isVariable(secret)) refuse('webhook', 'secret', hidden(secret), "env('WEBHOOK_SECRET')");
  return Object.freeze({
    role: 'channel',
    adapter: 'webhook',
    options,
    describe: `webhook ${isVariable(url) ? `by ${url.slice('env:'.length).replace(/=.*$/s, '')}` : new URL(url).host}`,
    secrets: isVariable(url) ? [url, secret] : [secret],
    writes: () => [],
    open: async (place: Place) => {
      const { webhookChannel } = await import('../adapters/http/webhook.ts');
      return webhookChannel({ url: isVariable(url) ? place.secret(url) : url, secret: place.secret(secret) });
    },
  });
}

/** What people would get, added to a file: for an environment whose alerts nobody is to be woken by. */
export function toFile(options: { readonly path: Value }): ChannelAdapter {
  if (typeof options.path !== 'string' || options.path === '')
    refuse('toFile', 'path', options.path, 'a path below the project');
  return Object.freeze({
    role: 'channel',
    adapter: 'file',
    options,
    describe: `file ${options.path}`,
    secrets: [],
    writes: () => [],
    open: async (place: Place) => {
      const { fileChannel } = await import('../adapters/files/channel.ts');
      return fileChannel({ file: path.resolve(place.folder, place.value(options.path)) });
    },
  });
}
