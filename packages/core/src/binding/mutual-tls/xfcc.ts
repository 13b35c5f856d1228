import { decodePercents, fromHex, fromPem, type PresentedCertificate } from './presented-certificate.ts';

/**
 * Reads the last element of `x-forwarded-client-cert`, which the nearest Envoy wrote: its certificate, else its SHA-256. The
 * elements before it may be those of a client.
 *
 * @returns undefined if the element has neither, has a field twice, or is malformed.
 */
export function readXfcc(value: string): PresentedCertificate | undefined {
  const elements = splitOutsideQuotes(value, ',');
  const fields = splitOutsideQuotes(elements?.at(-1) ?? '', ';')?.map(parseField);
  if (fields === undefined || fields.includes(undefined)) return undefined;
  const certificate = fields.flatMap((field) => (field?.name === 'cert' ? [field.value] : []));
  const hash = fields.flatMap((field) => (field?.name === 'hash' ? [field.value] : []));
  if (certificate.length > 1 || hash.length > 1) return undefined;
  const [encoded] = certificate;
  if (encoded !== undefined) return fromPem(decodePercents(encoded));
  return hash[0] === undefined ? undefined : fromHex(hash[0]);
}

interface Field {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

function parseField(text: string): Field | undefined {
  const { name, quoted, plain } =
    /^(?<name>[A-Za-z]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^"]*))$/.exec(text.trim())?.groups ?? {};
  if (name === undefined) return undefined;
  return { name: name.toLowerCase(), value: quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '' };
}

// Undefined if a quote is not closed.
function splitOutsideQuotes(text: string, separator: string): readonly string[] | undefined {
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '"') isQuoted = !isQuoted;
    const isEscape = isQuoted && character === '\\';
    if (character === separator && !isQuoted) {
      parts.push(part);
      part = '';
    } else {
      part += isEscape ? text.slice(index, index + 2) : character;
    }
    if (isEscape) index += 1;
  }
  return isQuoted ? undefined : [...parts, part];
}
