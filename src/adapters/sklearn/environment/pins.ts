/** By the version of scikit-learn that a file says it was saved by: what is installed beside that very version. */
interface Pinned {
  readonly releases: readonly string[];
  readonly numpy: string;
  readonly scipy: string;
  /** The last Python 3 that all of it is made for. */
  readonly python: number;
}

const sets: readonly Pinned[] = [
  { releases: ['1.3.0', '1.3.1', '1.3.2'], numpy: '1.26.4', scipy: '1.11.4', python: 12 },
  { releases: ['1.4.0', '1.4.1.post1', '1.4.2'], numpy: '1.26.4', scipy: '1.11.4', python: 12 },
  { releases: ['1.5.0', '1.5.1', '1.5.2'], numpy: '2.2.6', scipy: '1.15.3', python: 13 },
  { releases: ['1.6.0', '1.6.1'], numpy: '2.2.6', scipy: '1.15.3', python: 13 },
  { releases: ['1.7.0', '1.7.1', '1.7.2'], numpy: '2.2.6', scipy: '1.15.3', python: 13 },
];
const beside = [
  'pandas==2.2.3',
  'joblib==1.4.2',
  'threadpoolctl==3.5.0',
  'python-dateutil==2.9.0.post0',
  'six==1.17.0',
  'pytz==2025.2',
  'tzdata==2025.2',
  'skl2onnx==1.20.0',
  'onnx==1.18.0',
  'protobuf==6.31.1',
  'typing_extensions==4.14.0',
];

/** Python 3.x that sets are made for, from. */
export const oldestPython = 10;
export const newestPython = 13;
export const supported = '1.3 to 1.7';
/** For what does not say its version. */
export const usual = '1.7.2';

/** What is installed, exactly, or why nothing can be. */
export function requirementsFor(release: string, python: number): readonly string[] | { readonly why: string } {
  const set = sets.find(({ releases }) => releases.includes(release));
  if (set === undefined) return { why: `It was saved by scikit-learn ${release}; ${supported} can be converted.` };
  if (python > set.python)
    return { why: `scikit-learn ${release} is made for Python up to 3.${set.python}, and this is 3.${python}.` };
  return [`scikit-learn==${release}`, `numpy==${set.numpy}`, `scipy==${set.scipy}`, ...beside];
}
