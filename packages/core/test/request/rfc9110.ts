/** The parts of a challenge. */
export interface ParsedChallenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;
const quotedString = /^"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e]|\\[\t\x20-\x7e])*)"/;

/** Parses a WWW-Authenticate field with exactly one challenge (RFC 9110, section 11.6.1). Throws if it is not one. */
export function parseChallenge(field: string): ParsedChallenge {
  const scheme = take(token, field);
  const parameters = new Map<string, string>();
  let rest = field.slice(scheme.length + 1);
  while (rest !== '') {
    const name = take(token, rest);
    if (rest[name.length] !== '=' || parameters.has(name)) throw new Error(`Not a parameter: ${rest}`);
    const quoted = take(quotedString, rest.slice(name.length + 1));
    parameters.set(name, quoted.slice(1, -1).replace(/\\(.)/g, '$1'));
    rest = rest.slice(name.length + 1 + quoted.length);
    if (rest !== '' && !rest.startsWith(', ')) throw new Error(`Not the end of a parameter: ${rest}`);
    rest = rest.slice(2);
  }
  return { scheme, parameters };
}

function take(pattern: RegExp, text: string): string {
  const [found] = pattern.exec(text) ?? [];
  if (found === undefined) throw new Error(`No match for ${pattern}: ${text}`);
  return found;
}
