import { parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { usualRetention } from '../run/index.ts';
import type { Adapter, BucketAdapter, ProjectConfig } from './project.ts';

// What the types of the configuration hold is asked again here: a project runs without a type checker, too.

const isName = (text: unknown): boolean => typeof text === 'string' && /^[a-z][a-z0-9_]*$/i.test(text);
/** Catalogs that the embedded engine has itself. */
const taken = ['memory', 'system', 'temp'];
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws CONFIG_INVALID for the first thing in esteira.config.ts that cannot be. */
export function refuseConfig(config: ProjectConfig): void {
  const { pipelines, environments, standard, channels, groups, logs } = config;
  if (!isObject(pipelines) || Object.keys(pipelines).length === 0)
    throw wrong('pipelines', pipelines, "each catalog with its files: { shop: 'definitions/*.ts' }");
  for (const [catalog, pattern] of Object.entries(pipelines)) {
    if (!isName(catalog) || taken.includes(catalog.toLowerCase()))
      throw wrong(
        `pipelines.${catalog}`,
        catalog,
        `a name of letters a to z, digits and underscores, none of ${taken.join(', ')}`,
      );
    if (typeof pattern !== 'string') throw wrong(`pipelines.${catalog}`, pattern, 'a pattern of files');
  }
  refuseChannels('channels', channels);
  refuseGroups(groups);
  refuseLogs(logs);
  if (!isObject(environments)) throw wrong('environments', environments, 'each environment by its name');
  for (const [name, environment] of Object.entries(environments))
    refuseEnvironment(`environments.${name}`, environment);
  if (!Object.hasOwn(environments, standard)) throw wrong('standard', standard, Object.keys(environments).join(', '));
  if (config.invalid !== undefined && !/^_[a-z0-9_]+$/i.test(config.invalid))
    throw wrong('invalid', config.invalid, 'an underscore and letters, digits or underscores');
}

/** Every store by an adapter of its role: `files: sqlite(…)` would open, and fail in the middle of a run. */
function refuseEnvironment(where: string, environment: unknown): void {
  if (!isObject(environment)) throw wrong(where, environment, 'warehouse, state and files');
  for (const role of ['warehouse', 'state', 'files']) {
    const adapter = environment[role] as Adapter<string, unknown> | undefined;
    const isBucket = role === 'files' && (adapter as BucketAdapter | undefined)?.ofSources === true;
    if (adapter?.role !== role && !isBucket)
      throw wrong(`${where}.${role}`, adapter?.role ?? adapter, `what an adapter for ${role} gives`);
  }
  const {
    prefix,
    parallel,
    retries,
    keep,
    standIns,
    channels,
    models,
    versions,
    trees,
    converter,
    endpoints,
    writeBack,
  } = environment;
  if (models !== undefined && !(Array.isArray(models) && models.every(mayKeep)))
    throw wrong(`${where}.models`, models, "a list: [s3({ bucket: 'models' }), folder({ path: 'published' })]");
  if (versions !== undefined && !mayKeep(versions as Adapter<string, unknown>))
    throw wrong(`${where}.versions`, versions, 'what postgresFiles(…), s3(…) or folder(…) gives');
  if (trees !== undefined && (trees as Adapter<string, unknown> | null)?.role !== 'trees')
    throw wrong(`${where}.trees`, trees, 'what lightgbm(…) gives');
  if (converter !== undefined && (converter as Adapter<string, unknown> | null)?.role !== 'converter')
    throw wrong(`${where}.converter`, converter, 'what sklearn(…) gives');
  refuseChannels(`${where}.channels`, channels);
  for (const [name, at] of Object.entries(endpoints ?? {}))
    if (!isAddress(at))
      throw wrong(`${where}.endpoints.${name}`, at, "a port and a host: { port: 8080, host: '0.0.0.0' }");
  if (writeBack !== undefined && writeBack !== false)
    throw wrong(`${where}.writeBack`, writeBack, 'false, or leave it out: rows are written back');
  if (prefix !== undefined && !isName(prefix)) throw wrong(`${where}.prefix`, prefix, "such as 'dev_'");
  if (parallel !== undefined && !(Number.isInteger(parallel) && (parallel as number) > 0))
    throw wrong(`${where}.parallel`, parallel, 'a whole number from 1');
  if (retries !== undefined && !isRetries(retries))
    throw wrong(`${where}.retries`, retries, "times, from 0, and a wait: { times: 3, wait: '1 minute' }");
  for (const [name, time] of Object.entries(keep ?? {}))
    if (!Object.hasOwn(usualRetention, name) || !(time === 'forever' || isLong(time)))
      throw wrong(
        `${where}.keep.${name}`,
        time,
        `${Object.keys(usualRetention).join(', ')}, each '90 days', or 'forever'`,
      );
  for (const [name, reader] of Object.entries(standIns ?? {}))
    if (!isObject(reader) || !('by' in reader))
      throw wrong(`${where}.standIns.${name}`, reader, "a reader: files('orders/*.csv')");
}

const isAddress = (at: unknown): boolean =>
  isObject(at) &&
  Object.keys(at).every((name) => name === 'port' || name === 'host') &&
  (at['port'] === undefined ||
    (Number.isInteger(at['port']) && (at['port'] as number) >= 0 && (at['port'] as number) < 65_536)) &&
  (at['host'] === undefined || (typeof at['host'] === 'string' && at['host'] !== ''));

const mayKeep = (adapter: Adapter<string, unknown> | undefined): boolean =>
  adapter?.role === 'kept' || adapter?.role === 'files';

function refuseChannels(where: string, channels: unknown): void {
  if (channels !== undefined && !isObject(channels)) throw wrong(where, channels, 'each channel by its name');
  for (const [name, members] of Object.entries(channels ?? {})) {
    if (!Array.isArray(members)) throw wrong(`${where}.${name}`, members, 'a list: [email(…), slack(…), webhook(…)]');
    const strange = members.find((member) => (member as Adapter<string, unknown> | undefined)?.role !== 'channel');
    if (strange !== undefined)
      throw wrong(`${where}.${name}`, strange, 'what email(…), slack(…), webhook(…) or toFile(…) gives');
  }
}

function refuseGroups(groups: unknown): void {
  if (groups !== undefined && !isObject(groups)) throw wrong('groups', groups, "people by group: { dados: ['ana'] }");
  for (const [name, people] of Object.entries(groups ?? {}))
    if (!Array.isArray(people) || people.some((one) => typeof one !== 'string' || one === ''))
      throw wrong(`groups.${name}`, people, "a list of names: ['ana', 'rui']");
  refuseSpellings((groups ?? {}) as Readonly<Record<string, readonly string[]>>);
}

/** Whoever is there in two spellings would be two people, and could approve what they have changed themselves. */
function refuseSpellings(groups: Readonly<Record<string, readonly string[]>>): void {
  const known = new Map<string, string>();
  for (const [name, people] of Object.entries(groups))
    for (const one of people) {
      const plain = one.normalize('NFKC').trim().toLowerCase();
      const former = known.getOrInsert(plain, one.trim());
      if (former !== one) throw wrong(`groups.${name}`, one, `each person in one spelling: '${former}'`);
    }
}

function refuseLogs(logs: unknown): void {
  const shown = "a file for each job: { daily: 'logs/daily.log' }";
  if (logs !== undefined && !isObject(logs)) throw wrong('logs', logs, shown);
  for (const [job, file] of Object.entries(logs ?? {}))
    if (typeof file !== 'string' || file === '') throw wrong(`logs.${job}`, file, "a path: 'logs/daily.log'");
}

/** What ends today is looked for tomorrow, too. */
const isLong = (time: unknown): boolean => ['day', 'month'].includes(parseDuration(String(time))?.unit ?? '');

const isRetries = (of: unknown): boolean =>
  isObject(of) &&
  Number.isInteger(of['times']) &&
  (of['times'] as number) >= 0 &&
  parseDuration(String(of['wait'])) !== undefined;

const wrong = (what: string, got: unknown, allowed: string): EsteiraError =>
  new EsteiraError('CONFIG_INVALID', {
    what: `The configuration says something that cannot be at ${what}.`,
    where: 'esteira.config.ts',
    got: isObject(got) ? Object.keys(got).join(', ') || 'nothing' : String(got),
    allowed,
    next: 'Correct it; `npx tsc --noEmit` shows mistakes of types.',
  });
