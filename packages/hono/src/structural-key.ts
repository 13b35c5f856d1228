const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/**
 * Returns the same text for structurally equal values, whatever the order of their members. Functions, and objects that are
 * not plain, are equal only to themselves.
 */
export function structuralKey(value: unknown): string {
  return JSON.stringify(describe(value));
}

function describe(value: unknown): unknown {
  if (Array.isArray(value)) return ['array', ...value.map(describe)];
  if (isObject(value)) return isPlain(value) ? ['object', ...describeMembers(value)] : ['identity', identityOf(value)];
  return [typeof value, String(value)];
}

function describeMembers(value: object): unknown[] {
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return members.map(([name, member]) => [name, describe(member)]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function identityOf(value: object): number {
  const known = identities.get(value);
  if (known !== undefined) return known;
  lastIdentity += 1;
  identities.set(value, lastIdentity);
  return lastIdentity;
}
