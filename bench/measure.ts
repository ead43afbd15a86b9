import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** One run of a command: seconds on the clock, seconds of processor of the whole process tree, and its greatest memory. */
export interface Sample {
  readonly wall: number;
  /** User + system, resolution 10 ms; null where the system has no /proc. */
  readonly cpu: number | null;
  /** Bytes: the sum of what each process of the tree held at most. */
  readonly memory: number | null;
  /** Load of the machine when it began. */
  readonly load: number;
  readonly output: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const ticks = 100;
/** What children that have ended, and theirs, have used so far. */
function used(): number | null {
  const fields = read('/proc/self/stat').split(') ')[1]?.split(' ');
  return fields ? (Number(fields[13]) + Number(fields[14])) / ticks : null;
}

/** A process and all below it. */
function family(root: number): number[] {
  const all = [root];
  for (const one of all) {
    for (const task of list(`/proc/${one}/task`)) {
      all.push(...read(`/proc/${one}/task/${task}/children`).split(' ').filter(Boolean).map(Number));
    }
  }
  return all;
}

/** What a process and all below it that live have used so far; NaN where the system has no /proc. */
export const processorOf = (root: number): number =>
  family(root).reduce((sum, id) => {
    const fields = read(`/proc/${id}/stat`).split(') ')[1]?.split(' ');
    return sum + (Number(fields?.[11]) + Number(fields?.[12])) / ticks;
  }, 0);

/** Bytes that a process has held at most. */
export const memoryOf = (id: number): number => Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1]) * 1024;

/** Watches a tree: the kernel keeps each process's greatest size, so looking now and then is enough. */
function watchMemory(root: number): () => number | null {
  const most = new Map<number, number>();
  const look = () => {
    for (const id of family(root)) {
      const bytes = memoryOf(id);
      if (bytes > 0) most.set(id, bytes);
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    return most.size ? [...most.values()].reduce((sum, bytes) => sum + bytes, 0) : null;
  };
}

/** The environment of a user's shell: nothing of npm or of this Node's own settings reaches what is measured. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|ESTEIRA_|INIT_CWD)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Runs the command to its end; a command that fails is an error with its output, for a failure has no time. */
export async function measure(command: Command): Promise<Sample> {
  const load = loadavg()[0] ?? 0;
  const before = used();
  const started = performance.now();
  const child = spawn(command.file, command.args, {
    cwd: command.folder,
    env: { ...cleanEnvironment(), ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: command.timeout ?? 540_000,
  });
  const greatest = watchMemory(child.pid ?? 0);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  let wall = 0;
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      wall = (performance.now() - started) / 1000;
    });
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  }).finally(greatest);
  if (code !== 0) {
    throw new Error(`${command.file} ${command.args.join(' ')} ended with ${code}:\n${output.slice(-4000)}`);
  }
  const after = used();
  return { wall, cpu: before === null || after === null ? null : after - before, memory: greatest(), load, output };
}
