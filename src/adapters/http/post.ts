import { NotBefore } from '../../ports/index.ts';

/** Sends a text; resolves when it was taken. Throws what the other side said, without its address, which may be a secret. */
export async function post(
  url: string,
  {
    body,
    headers,
    signal,
  }: { readonly body: string; readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<void> {
  let answer: Response;
  try {
    const all = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'esteira', ...headers };
    // Where it is sent to is what the configuration says, whatever the other side would have.
    answer = await fetch(url, { method: 'POST', body, headers: all, signal, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw new Error('no answer in time', { cause: error });
    const { code, message } = ((error as Error).cause ?? error) as { readonly code?: string; readonly message: string };
    throw new Error(`no connection: ${code ?? message}`, { cause: undefined });
  }
  const said = (await answer.text().catch(() => '')).trim().slice(0, 200);
  if (answer.ok) return;
  const text = `it answered ${answer.status}${said ? `: ${said}` : ''}`;
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds > 0) throw new NotBefore(text, Math.min(seconds, 3600));
  throw new Error(text);
}
