interface Told {
  readonly code?: string;
  readonly what?: string;
  readonly where?: string;
  readonly got?: string;
  readonly next?: string;
}
/** Of each part of an error; the rest is where the command that is named shows it. */
const lines = 5;
const longest = 500;

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** What an error says, as it was kept: the same lines that the command line shows. */
export function errorLines(error: unknown, label?: string): readonly string[] {
  const { code, what, where, got, next } = (error ?? {}) as Told;
  if (!code) return label ? [label] : [];
  return [
    `${label ? `${label}: ` : ''}${code}: ${what}`,
    ...Object.entries({ where, got, next }).flatMap(([word, text]) =>
      text ? [`  ${word.padEnd(6)}${text.split('\n').slice(0, lines).map(cut).join('\n        ')}`] : [],
    ),
  ];
}
