import type { JSONWebKeySet } from 'jose';
import { generateSigningKey, type SigningKey } from './signing-key.ts';

/** The keys an issuer holds at one moment. All of them are published; the current one signs. */
export interface KeyRing {
  readonly current: SigningKey;
  readonly previous: SigningKey | undefined;
  readonly next: SigningKey | undefined;
}

/** A ring that holds one key. */
export function createKeyRing(current: SigningKey): KeyRing {
  return { current, previous: undefined, next: undefined };
}

/** How keys change. */
export interface RotateOptions {
  /** Whether the key that signed until now stays published; true by default. Older ones never do. */
  readonly overlap?: boolean | undefined;
  /** Only publishes the new key, which signs from the next rotation on; false by default. */
  readonly publishAhead?: boolean | undefined;
  /** The new key, to save making one. */
  readonly key?: SigningKey | undefined;
}

/** The ring after a rotation: to a given key, to the one published ahead, or to one made on the spot. */
export async function rotateRing(ring: KeyRing, options: RotateOptions): Promise<KeyRing> {
  const { overlap = true, publishAhead = false } = options;
  const announced = publishAhead ? undefined : ring.next;
  const key = options.key ?? announced ?? (await generateSigningKey(ring.current.alg));
  if (publishAhead) return { ...ring, next: key };
  return { current: key, previous: overlap ? ring.current : undefined, next: undefined };
}

/** Takes the previous key out of the key set. */
export function retireKey(ring: KeyRing): KeyRing {
  return { ...ring, previous: undefined };
}

/** Every key of the ring, the signing one first. */
export function listKeys(ring: KeyRing): SigningKey[] {
  return [ring.current, ring.next, ring.previous].filter((key) => key !== undefined);
}

/** The public key set of the ring. */
export function toPublicKeySet(ring: KeyRing): JSONWebKeySet {
  return { keys: listKeys(ring).map((key) => key.publicJwk) };
}
