import type { Server } from './servers.ts';

interface Answer {
  readonly ranking: readonly { readonly lawyer_id: string; readonly position: number; readonly score: number }[];
}

async function asked({ name, address }: Server, body: string): Promise<Answer> {
  const response = await fetch(`${address}/rank`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${name} answered ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer;
}

/** All must refuse the same broken bodies, and rank the same candidates alike, with the same scores to 1e-9. */
export async function compared(servers: readonly Server[], bodies: readonly string[]): Promise<string> {
  let apart = 0;
  let count = 0;
  for (const body of bodies) {
    const [first, ...others] = await Promise.all(servers.map((server) => asked(server, body)));
    for (const [at, other] of others.entries()) {
      for (const [place, { lawyer_id: id, position, score }] of other.ranking.entries()) {
        const own = first?.ranking[place];
        const difference = Math.abs(score - (own?.score ?? Number.NaN));
        if (own?.lawyer_id !== id || own.position !== position || !(difference <= 1e-9))
          throw new Error(
            `${servers[0]?.name} and ${servers[at + 1]?.name} rank differently: ${id}, ${own?.lawyer_id}`,
          );
        apart = Math.max(apart, difference);
        count += 1;
      }
    }
  }
  const [body = ''] = bodies;
  for (const wrong of [body.replace(/"f3":[^,]+/, '"f3":"much"'), body.replace(/"f3":[^,]+,/, ''), body.slice(0, -9)])
    for (const server of servers) {
      const refused = await asked(server, wrong).then(
        () => 'was taken',
        (error: Error) => (/answered 4\d\d/.test(error.message) ? undefined : error.message),
      );
      if (refused) throw new Error(`${server.name}: a broken body ${refused}`);
    }
  const bytes = Buffer.byteLength(body).toLocaleString('en');
  return `bodies of ${bytes} bytes: ${count} ranks are equal, scores at most ${apart.toExponential(1)} apart; broken ones are refused by all`;
}
