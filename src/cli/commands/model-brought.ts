import type { VersionShowView } from '../../operate/views.ts';
import { count, counted, seconds } from '../numbers.ts';
import type { Look } from '../terminal.ts';
import { line } from './models.ts';

type Brought = NonNullable<NonNullable<VersionShowView['trained']>['brought']>;

/** Where a version comes from that was not trained here. */
export function broughtLines(brought: Brought, look: Look): readonly string[] {
  const { by, file, sha256, bytes, format, compared, scan, isUnscanned, versions, isolation } = brought;
  const made = Object.entries(versions ?? {}).map(([name, version]) => `${name} ${version}`);
  const said =
    by === 'program' ? `, in ${seconds(brought.seconds ?? 0)}, ${counted(brought.lines ?? 0, 'line')} said` : '';
  return [
    line(by, `${file}: ${format}, ${count(bytes)} bytes, sha256 ${sha256}${said}`, look),
    ...(scan ? [line('scan', scanText(scan, isUnscanned === true), look)] : []),
    ...(made.length > 0 ? [line('made by', `${made.join(', ')}`, look)] : []),
    ...(isolation === undefined ? [] : [line('apart', isolation, look)]),
    line(
      'compared',
      compared === undefined ? 'with nothing: there is no original beside it' : `with the original on ${compared}`,
      look,
    ),
  ];
}

function scanText({ opcodes, globals, refused }: NonNullable<Brought['scan']>, isUnscanned: boolean): string {
  const found = `${counted(opcodes, 'opcode')}, ${counted(globals, 'name')}`;
  if (refused.length === 0) return `${found}, all on the list`;
  return `${found}, not on the list: ${refused.join(', ')}${isUnscanned ? '; loaded all the same, as was asked' : ''}`;
}
