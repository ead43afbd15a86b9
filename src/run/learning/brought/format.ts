/** What kind of model a file holds, by how its name ends; nothing: none that can be brought. */
export function formatOf(file: string): 'pickle' | 'onnx' | 'model.txt' | undefined {
  const [, ending = ''] = /\.([a-z]+)$/i.exec(file) ?? [];
  return formats[ending.toLowerCase()];
}
const formats: Readonly<Record<string, 'pickle' | 'onnx' | 'model.txt'>> = {
  joblib: 'pickle',
  pkl: 'pickle',
  pickle: 'pickle',
  onnx: 'onnx',
  txt: 'model.txt',
};
export const endings = Object.keys(formats)
  .map((ending) => `.${ending}`)
  .join(', ');
