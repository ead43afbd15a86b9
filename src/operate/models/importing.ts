import type { Project } from '../../run/index.ts';

const going = new WeakMap<Project, Map<string, number>>();

/** Files of imports that go on in this process: no run names them yet. */
export const importing = (project: Project): Iterable<string> => going.get(project)?.keys() ?? [];

/** Beside a file that was imported: since when nobody wants it. */
export const unwantedNote = (file: string): string => `${file}.unwanted`;

/** While work goes on, the file is wanted. */
export async function whileImporting<Result>(
  project: Project,
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const files = going.get(project) ?? new Map<string, number>();
  going.set(project, files);
  files.set(file, (files.get(file) ?? 0) + 1);
  try {
    return await work();
  } finally {
    const left = (files.get(file) ?? 1) - 1;
    if (left === 0) files.delete(file);
    else files.set(file, left);
  }
}
