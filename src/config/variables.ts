import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { variableIn } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { VariableState } from '../run/index.ts';

/** Reads variables from the environment, then from `.env`; takes their values out of every text that leaves the process. */
export class Variables {
  readonly #values: Readonly<Record<string, string | undefined>>;
  readonly #secrets = new Set<string>();

  constructor(folder: string) {
    this.#values = { ...fromFile(path.join(folder, '.env')), ...process.env };
    for (const [name, value] of Object.entries(this.#values)) if (value && isSecretName(name)) this.#hide(value);
  }

  /** `env('NAME')` gives the variable's value, anything else itself. An empty line, as .env.example has them, is none where there is a standard. */
  value(of: string): string {
    const variable = variableIn(of);
    if (!variable) return of;
    const { name, otherwise } = variable;
    const own = this.#values[name];
    const found = own === '' ? (otherwise ?? own) : (own ?? otherwise);
    if (found === undefined) {
      throw new EsteiraError('VARIABLE_MISSING', {
        what: `The variable ${name} is not set.`,
        where: 'the environment, or the file .env of the project',
        next: `Add a line ${name}=… to .env, or export it. .env.example lists all that are used.`,
      });
    }
    if (isSecretName(name)) this.#hide(found);
    return found;
  }

  /** What there is of it, and never the value itself. */
  stateOf(name: string): VariableState {
    const value = this.#values[name];
    if (value === undefined) return 'missing';
    if (value.trim() === '') return 'empty';
    return /^\s|\s$|^(["']).*\1$/s.test(value) ? 'wrapped' : 'set';
  }

  /** Of the names and the values: who has it and the salt can only try values. */
  hashOf(names: readonly string[], salt: string): string {
    const values = names.map((name) => [name, this.#values[name] ?? null]);
    return createHmac('sha256', salt).update(JSON.stringify(values)).digest('base64url');
  }

  /** The same; it is secret whatever its name says, and so is the password of an address. */
  secret(of: string): string {
    const value = this.value(of);
    this.#hide(value);
    const { password } = URL.canParse(value) ? new URL(value) : { password: '' };
    for (const one of [password, unescaped(password)]) this.#hide(one);
    return value;
  }

  /** Its value is secret whatever its name says. */
  hide(name: string): void {
    const value = this.#values[name];
    if (value !== undefined) this.#hide(value);
  }

  /** The text with every secret value, and the password of every address, replaced. */
  redact(text: string): string {
    let clean = text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+@/gi, '$1***@');
    // The longest first: one may be the beginning of another.
    for (const secret of [...this.#secrets].sort((one, other) => other.length - one.length))
      clean = clean.replaceAll(secret, '***');
    return clean;
  }

  /** Shorter values would blank out ordinary words. */
  #hide(value: string): void {
    if (value.length < 6) return;
    this.#secrets.add(value);
    this.#secrets.add(encodeURIComponent(value));
    this.#secrets.add(JSON.stringify(value).slice(1, -1));
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A name that speaks of something secret; addresses too, for they carry passwords. */
const isSecretName = (name: string): boolean =>
  /(KEY|TOKEN|SECRET|PASS|PASSWORD|CREDENTIAL|WEBHOOK|_URL|_DSN)/i.test(name);

function fromFile(file: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const next = 'Make it a file of lines NAME=value, or take it away.';
    throw new EsteiraError('FILE_UNUSABLE', {
      what: 'The file .env cannot be read.',
      where: file,
      got: (error as Error).message,
      next,
    });
  }
}
