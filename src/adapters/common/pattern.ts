import { EsteiraError } from '../../errors.ts';

/** One part of a pattern between slashes. */
export interface Segment {
  /** `**`: folders however deep, or none. */
  readonly deep: boolean;
  matches(name: string): boolean;
}

function segment(text: string, pattern: string): Segment {
  if (text === '..' || (text.includes('**') && text !== '**')) {
    throw new EsteiraError('DEFINITION_INVALID', {
      what: 'A pattern of files cannot be read.',
      got: pattern,
      allowed: 'a path below the file store, with * for part of a name and ** alone for folders however deep',
      next: 'Write the pattern so that it stays below the store.',
    });
  }
  const parts = text.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('[^/]*')}$`, 'su');
  // As in a shell, a star does not stand for a name's first dot.
  return {
    deep: text === '**',
    matches: (name) => whole.test(name) && (!name.startsWith('.') || text.startsWith('.')),
  };
}

/** The parts of a pattern: `*` stands for anything within a name, `**` alone for folders however deep; all else for itself. */
export function segments(pattern: string): readonly Segment[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const found = parts.map((part) => segment(part, pattern));
  // `a/**` is every file below a.
  return found.at(-1)?.deep ? [...found, segment('*', pattern)] : found;
}

/** Whether names between slashes are those of a pattern, where there are no folders to walk through; what begins with a dot is in no `**`. */
export function isOf([segment, ...rest]: readonly Segment[], [name, ...names]: readonly string[]): boolean {
  if (!segment) return name === undefined;
  if (segment.deep) {
    const goesOn = name !== undefined && !name.startsWith('.') && names.length > 0 && isOf([segment, ...rest], names);
    return goesOn || isOf(rest, name === undefined ? [] : [name, ...names]);
  }
  return name !== undefined && segment.matches(name) && isOf(rest, names);
}

/** UTF-8 sorts as its code points do; JavaScript's own order is of halves. */
export const byCodePoint = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
