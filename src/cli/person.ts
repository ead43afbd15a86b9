import { userInfo } from 'node:os';

/** Who gives the command, as the system knows them: an account without a name gives its number. */
export function person(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
