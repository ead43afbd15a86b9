// Plain JavaScript for Node 20, built-ins only: which test files `npm test` runs.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const homes = ['test', 'src', 'pipelines', 'template'];
/** Run by name only (`npm test -- test/crash`): they start or kill process after process, carry out run after run, plant fault after fault, produce error after error, train model after model, generate source after source, or need servers, another Node, a registry, an hour. */
const apart =
  'alerts anew approvals copies crash deliver diagnose doctor endpoint engagement environments errors full import keeping models package pricing processes publish ranking rerun run schedule servers settings traps unattended'
    .split(' ')
    .map((name) => `test/${name}`);

const generators = /^pipelines\/[^/]+\/data\//;
const isApart = (file) => generators.test(file) || apart.some((one) => file.startsWith(`${one}/`));

const slashes = (file) => file.split(path.sep).join('/');

function below(root, folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((file) => slashes(path.join(folder, file)))
    .filter((file) => file.endsWith('.test.ts'));
}

/**
 * Divides the words after `npm test --` into Node's options and the files that they name: a file, or every test below a
 * folder. Throws when that is no file at all, because `node --test` is content with none.
 */
export function testFiles(root, words) {
  const named = words.filter(
    (word) => !word.startsWith('-') && (homes.includes(word) || word.includes('/') || /\.tsx?$/.test(word)),
  );
  const options = words.filter((word) => !named.includes(word));
  const files = named.flatMap((word) => {
    const file = path.resolve(root, word);
    if (!existsSync(file)) throw new Error(`no test matches ${word}: name a file, or a folder with files *.test.ts`);
    return statSync(file).isDirectory() ? below(root, slashes(path.relative(root, file))) : [word];
  });
  const all = () => homes.flatMap((home) => below(root, home)).filter((file) => !isApart(file));
  const chosen = named.length > 0 ? files : all();
  if (chosen.length === 0) throw new Error(`no test matches ${named.join(' ') || homes.join(', ')}`);
  return { options, files: [...new Set(chosen)].sort() };
}
