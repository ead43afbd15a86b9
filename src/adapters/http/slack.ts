import { createHash } from 'node:crypto';
import type { Channel } from '../../ports/index.ts';
import { post } from './post.ts';

/** Slack reads three characters as its own. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Longer texts are cut by Slack in the middle of a word. */
const longest = 3500;

/** The same id each time, in the shape that Slack asks for. */
function uuidOf(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

export function slackChannel({ url }: { readonly url: string }): Channel {
  return {
    async send({ id, subject, text }, signal) {
      const shown = text.length > longest ? `${text.slice(0, longest)}\n… (esteira alerts shows all of it)` : text;
      const message = `*${escaped(subject)}*\n\`\`\`\n${escaped(shown).replaceAll('```', "'''")}\n\`\`\``;
      await post(url, { body: JSON.stringify({ text: message, client_msg_id: uuidOf(id) }), headers: {}, signal });
    },
  };
}
