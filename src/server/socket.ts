import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';

const windows = process.platform === 'win32';
/** Relative: the path of a Unix socket has at most 108 bytes, that of a folder may have more. */
const relative = 'owner.sock';

const address = (folder: string): string =>
  windows ? `\\\\.\\pipe\\esteira-${createHash('sha256').update(folder.toLowerCase()).digest('hex')}` : relative;

/** Only for calls that reach the system before they return: no other code sees the other folder. */
function within<Result>(folder: string, work: () => Result): Result {
  const before = process.cwd();
  if (windows || before === folder) return work();
  process.chdir(folder);
  try {
    return work();
  } finally {
    process.chdir(before);
  }
}

/** Only for one who holds the project's lock: a socket that is there was left by an owner that was killed. */
export function listenIn(folder: string, server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    within(folder, () => {
      if (!windows) rmSync(relative, { force: true });
      // Made with its mode, so that at no moment another user may connect.
      const former = process.umask(0o177);
      try {
        server.listen(address(folder), () => resolve());
      } finally {
        process.umask(former);
      }
    });
  });
}

/** Stops listening; the socket's file goes with it. Connections stay. */
export function stopListening(folder: string, server: Server): void {
  within(folder, () => server.close());
}

export const connectIn = (folder: string): Socket => within(folder, () => connect(address(folder)));
