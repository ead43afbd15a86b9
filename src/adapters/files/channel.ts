import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Channel } from '../../ports/index.ts';

/** Each message with the id that an inbox would know it by, one after the other. */
export const fileChannel = ({ file }: { readonly file: string }): Channel => ({
  async send({ id, subject, text, at }) {
    await mkdir(path.dirname(file), { recursive: true });
    await appendFile(
      file,
      `Date: ${at.toString({ smallestUnit: 'second' })}\nMessage-ID: ${id}\nSubject: ${subject}\n\n${text}\n\n\n`,
    );
  },
});
