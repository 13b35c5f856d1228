/** The place of a claim: its name, a path of names separated by dots, or an array of names if a name contains a dot. */
export type ClaimPath = string | readonly string[];

/** Reads the names that certain claims of a token list. Returns an empty list if there are none. */
export type NameReader = (claims: object) => readonly string[];

const none: readonly string[] = Object.freeze([]);

// For a list this short, comparing every pair is faster than building a Set.
const fewNames = 16;

/**
 * Creates a reader of scopes, roles, permissions or groups. A claim is a string of names separated by spaces (RFC 8693,
 * section 4.2), or an array of strings, as many issuers write it. A value of any other type has no names.
 *
 * @param paths - The claims to read, in the order of the result.
 * @returns A function that returns the names without duplicates. Its list is frozen if the claims are.
 */
export function nameReader(paths: readonly ClaimPath[]): NameReader {
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

// A claim whose whole name contains dots, such as a URL, takes precedence over a path.
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

// Most lists need no change, so that the common case copies nothing.
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
