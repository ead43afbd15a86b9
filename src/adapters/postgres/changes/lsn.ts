/** A place in the log of a server, as Postgres writes it: `16/B374D848`. */
export function lsnText(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`.toUpperCase();
}
export function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
/** So wide that texts compare as the places do. */
export const lsnWide = (lsn: bigint): string => lsn.toString(16).toUpperCase().padStart(16, '0');
