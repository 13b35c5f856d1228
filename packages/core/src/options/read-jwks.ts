import { hasPrivateParts, type JSONWebKey, type JSONWebKeySet } from '../keys/jwk.ts';
import { copyOptions } from '../lib/copy-options.ts';
import type { OptionReader } from './option-reader.ts';

/**
 * Reads the option `jwks` as a frozen copy; undefined if it is absent.
 *
 * @throws ConfigurationError if it is not a set of public keys.
 */
export function readJwks(reader: OptionReader, name: string): JSONWebKeySet | undefined {
  const jwks = reader.raw(name);
  if (jwks === undefined) return undefined;
  const { keys } = copyOptions(Object(jwks)) as { keys?: unknown };
  if (!Array.isArray(keys)) throw reader.fault(name, 'must be a JWK set: { keys: [...] }');
  const copy = plainCopy(keys);
  if (copy === undefined) throw reader.fault(name, 'contains a value that JSON cannot represent');
  if (copy.some((key) => typeof key === 'object' && key !== null && hasPrivateParts(key))) {
    throw reader.fault(name, 'contains a private or symmetric key: a verifier needs public keys only');
  }
  return Object.freeze({ keys: Object.freeze(copy) });
}

// Given keys are parsed by the same rules as fetched ones.
function plainCopy(keys: readonly unknown[]): JSONWebKey[] | undefined {
  try {
    return JSON.parse(JSON.stringify(keys)) as JSONWebKey[];
  } catch {
    return undefined;
  }
}
