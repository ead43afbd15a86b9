const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 26 characters that sort by time, then chance (github.com/ulid/spec). */
export function ulid(now: Temporal.Instant): string {
  let time = '';
  for (let rest = now.epochMilliseconds; time.length < 10; rest = Math.floor(rest / 32))
    time = `${alphabet[rest % 32]}${time}`;
  const chance = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => alphabet[byte % 32]);
  return time + chance.join('');
}
