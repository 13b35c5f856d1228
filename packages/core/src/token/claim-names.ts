/** Where a claim is: its name, a path with dots between the names, or the names one by one where they hold dots. */
export type ClaimPath = string | readonly string[];

/** Reads the names that some claims of a token list. */
export type NameReader = (claims: object) => readonly string[];

const none: readonly string[] = Object.freeze([]);

/**
 * Makes a reader of names that claims list: scopes, roles, groups. A claim is a string with spaces between the names
 * (RFC 8693, section 4.2) or an array of strings, as many issuers write it. The reader returns them without duplicates,
 * in the order of the claims; what has neither form gives no name.
 */
export function createNameReader(paths: readonly ClaimPath[]): NameReader {
  const finders = paths.map(createFinder);
  return (claims) => {
    const names: string[] = [];
    for (const find of finders) addNames(find(claims), names);
    return names.length === 0 ? none : Object.freeze(withoutDuplicates(names));
  };
}

// A name with dots in it, such as a URL, is looked for as it stands before it is taken for a path.
function createFinder(path: ClaimPath): (claims: object) => unknown {
  const steps = typeof path === 'string' ? path.split('.') : path;
  const walk = (claims: object): unknown => steps.reduce<unknown>(memberOf, claims);
  if (typeof path !== 'string') return walk;
  if (steps.length === 1) return (claims) => memberOf(claims, path);
  return (claims) => memberOf(claims, path) ?? walk(claims);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function addNames(value: unknown, names: string[]): void {
  const listed: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : none;
  for (const name of listed) if (typeof name === 'string' && name !== '') names.push(name);
}

function withoutDuplicates(names: string[]): string[] {
  if (names.length === 1) return names;
  const unique = new Set(names);
  return unique.size === names.length ? names : [...unique];
}
