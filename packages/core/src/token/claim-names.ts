/** Where a claim is: its name, a path with dots between the names, or the names one by one where they hold dots. */
export type ClaimPath = string | readonly string[];

/** Reads the names that some claims of a token list. */
export type NameReader = (claims: object) => readonly string[];

const none: readonly string[] = Object.freeze([]);

// Up to here it takes less time to compare each with each than to make a set of them.
const fewNames = 16;

/**
 * Makes a reader of names that claims list: scopes, roles, groups. A claim is a string with spaces between the names
 * (RFC 8693, section 4.2) or an array of strings, as many issuers write it. The reader returns them without duplicates,
 * in the order of the claims; what has neither form gives no name. Its lists are frozen where the claims are.
 */
export function createNameReader(paths: readonly ClaimPath[]): NameReader {
  const finders = paths.map(createFinder);
  return (claims) => {
    let names = none;
    for (const find of finders) {
      const found = namesIn(find(claims));
      names = names.length === 0 ? found : namesOf(Object.freeze([...names, ...found]));
    }
    return names;
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

function namesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return namesOf(Object.freeze(value.split(' ')));
  return Array.isArray(value) ? namesOf(value) : none;
}

// Most lists are good as they stand, and then nothing is copied.
function namesOf(list: readonly unknown[]): readonly string[] {
  if (list.length <= fewNames && list.every(isNewName)) return list as readonly string[];
  return Object.freeze([...new Set(list.filter(isName))]);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isNewName(value: unknown, index: number, list: readonly unknown[]): boolean {
  return isName(value) && list.indexOf(value) === index;
}
