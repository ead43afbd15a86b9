/** What an element of a small XML answer holds, as a text; none of S3's has attributes or anything of its own name within. */
export function textsIn(xml: string, element: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text = '']) => plain(text));
}
/** What stands in each such element, elements and all. */
export const elementsIn = (xml: string, element: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map(([, inside = '']) => inside);
export const textIn = (xml: string, element: string): string | undefined => textsIn(xml, element)[0];

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });

/** A key of a list that was asked for with `encoding-type=url`. */
export const keyIn = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
