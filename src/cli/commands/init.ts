import { cp, lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../config/make-folder.ts';
import { EsteiraError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { visible } from '../text.ts';

/** Files of the template that are added to what is there; npm packs neither under its own name. */
const manifest = 'manifest.json';
const ignored = 'gitignore';

/** Copies the template; refuses to overwrite before it writes anything. */
export const init: Command = async ({ typed, home }) => {
  const [folder = '.'] = typed.words;
  const target = path.resolve(folder);
  const template = path.join(home, 'template');
  const files = (await readdir(template, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(template, path.join(entry.parentPath, entry.name)))
    .filter((name) => name !== manifest && name !== ignored)
    .sort();
  await refuse(folder, target, files);
  const packageFile = path.join(target, 'package.json');
  const packageText = await described(path.join(template, manifest), packageFile);
  makeFolder(target);
  for (const file of files) {
    makeFolder(path.dirname(path.join(target, file)));
    await cp(path.join(template, file), path.join(target, file), { force: false, errorOnExist: true });
  }
  await ignore(path.join(template, ignored), path.join(target, '.gitignore'));
  await writeFile(packageFile, packageText);
  const wrote = [...files, '.gitignore', 'package.json'].map((file) => file.split(path.sep).join('/'));
  const next = [
    folder === '.' ? 'npm install' : `cd ${quoted(folder)} && npm install`,
    'npx esteira setup',
    'npx esteira run daily',
  ];
  const text = (): string =>
    [`Wrote a project to ${visible(target)}`, 'Next:', ...next.map((line) => `  ${line}`)].join('\n');
  return { result: { folder: target, wrote, next }, text };
};

const present = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Throws FOLDER_NOT_EMPTY for files that the template would overwrite; links count, wherever they lead. */
async function refuse(folder: string, target: string, files: readonly string[]): Promise<void> {
  const inTheWay: string[] = [];
  for (const file of files) {
    const there = await lstat(path.join(target, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      if (error.code === 'ENOTDIR') return 'a file where a folder should be';
      throw error;
    });
    if (there) inTheWay.push(file);
  }
  if (inTheWay.length > 0) throw notEmpty(folder, inTheWay);
}

const notEmpty = (folder: string, files: readonly string[]): EsteiraError =>
  new EsteiraError('FOLDER_NOT_EMPTY', {
    what: `${folder} holds files that init would overwrite; nothing was written.`,
    got: files.slice(0, 5).join(', ') + (files.length > 5 ? `, and ${files.length - 5} more` : ''),
    next: 'Name another folder, or move these files away.',
  });

/** Adds the lines that are not there yet; `.env` must never be committed. */
async function ignore(template: string, file: string): Promise<void> {
  const before = (await present(file)) ?? '';
  const known = before.split(/\r?\n/);
  const missing = (await readFile(template, 'utf8')).split(/\r?\n/).filter((line) => line && !known.includes(line));
  if (missing.length === 0) return;
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  await writeFile(file, `${start}${missing.join('\n')}\n`);
}

type Manifest = Record<string, unknown>;

/** What a package.json says already stays; modules are needed, so its type is set. */
async function described(template: string, file: string): Promise<string> {
  const wanted = JSON.parse(await readFile(template, 'utf8')) as Manifest;
  const there = parsed((await present(file)) ?? '{}', file);
  const merged: Manifest = { ...wanted, ...there, type: 'module' };
  for (const group of ['scripts', 'dependencies', 'devDependencies'])
    merged[group] = { ...(wanted[group] as object), ...written(there[group]) };
  return `${JSON.stringify(merged, undefined, 2)}\n`;
}

/** `npm init` writes a test script that only fails: nobody chose it. */
const written = (group: unknown): object =>
  Object.fromEntries(
    Object.entries(group ?? {}).filter(([name, value]) => name !== 'test' || !/no test specified/.test(String(value))),
  );

function parsed(text: string, file: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch (error) {
    throw new EsteiraError('FOLDER_NOT_EMPTY', {
      what: 'The package.json that is there cannot be read, so nothing can be added to it; nothing was written.',
      where: file,
      got: (error as Error).message,
      next: 'Mend it, or name another folder.',
    });
  }
}

const quoted = (folder: string): string => (/^[\w./-]+$/.test(folder) ? folder : `"${folder}"`);
