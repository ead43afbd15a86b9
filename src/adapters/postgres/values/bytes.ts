// Numbers as Postgres sends them, the highest byte first: by hand, which costs a third of Buffer's own methods.

export const int32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);

export const int16 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) >> 16) | (bytes[at + 1] as number);

export const uint16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

export const int64 = (bytes: Uint8Array, at: number): bigint =>
  (BigInt(int32(bytes, at)) << 32n) | BigInt(int32(bytes, at + 4) >>> 0);
