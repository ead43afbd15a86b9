import { figure, memberText } from '../../operate/models/words.ts';
import type { VersionShowView } from '../../operate/views.ts';
import { counted } from '../numbers.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

type Trained = NonNullable<VersionShowView['trained']>;
type Value = NonNullable<Trained['members'][number]['segments']>[number]['values'][number];

/** More are in the JSON. */
const most = 20;

/** Of each column that a model is judged across, the figures of its values: those with most samples, where there are many. */
export function segmentLines({ members }: Trained, look: Look): readonly string[] {
  const columns = new Set(members.flatMap(({ segments = [] }) => segments.map(({ column }) => column)));
  return [...columns].flatMap((name) => {
    const all = members.flatMap(({ member, segments = [] }) =>
      segments
        .filter(({ column }) => column === name)
        .flatMap(({ values }) => values.map((one) => ({ who: memberText({ ...member, [name]: one.value }), one }))),
    );
    const shown = new Set(all.toSorted((a, b) => b.one.samples - a.one.samples).slice(0, most));
    const texts = all.filter((one) => shown.has(one)).map(({ who, one }) => `${who}: ${valueText(one)}`);
    const left = all.length - shown.size;
    const lines = [...texts, ...(left > 0 ? [`and ${counted(left, 'value')} of fewer samples: --json has them`] : [])];
    return ['', `By ${visible(name)}`, ...lines.map((text) => wrapHanging(visible(`  ${text}`), look.columns, 4))];
  });
}

function valueText({ samples, measures, shown }: Value): string {
  const figures = Object.entries(measures).map(([name, value]) => `${name} ${figure(value)}`);
  const seen = shown ? [`exposure ${figure(shown.exposure)} in ${counted(shown.requests, 'request')}`] : [];
  return [counted(samples, 'sample'), ...figures, ...seen].join('; ');
}
