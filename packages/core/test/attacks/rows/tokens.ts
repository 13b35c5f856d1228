import { claimsWith, encode, signText, signToken } from '../../support/sign-token.ts';
import type { TestKey } from '../../support/test-key.ts';
import type { AttackKeys } from '../attack-keys.ts';

type Members = Readonly<Record<string, unknown>>;

/** Returns a function that signs a token with the issuer's key of an algorithm. */
export function signed(claims: Members = {}, header: Members = {}, alg: TestKey['alg'] = 'ES256') {
  return ({ key }: AttackKeys): string => signToken(key(alg), claims, header);
}

/** Returns a function that signs any text, or any bytes, with the issuer's ES256 key. */
export function signedText(header: string | Uint8Array, claims: string | Uint8Array = JSON.stringify(claimsWith())) {
  return ({ key }: AttackKeys): string => signText(key('ES256'), header, claims);
}

/** A valid header of the ES256 key, as JSON. */
export const goodHeader: string = JSON.stringify({ alg: 'ES256', kid: 'ES256', typ: 'at+jwt' });

/** Valid claims, as JSON. */
export const goodClaims: string = JSON.stringify(claimsWith());

/** Returns a token with any header, valid claims unless changed, and any signature. */
export function withSignature(header: Members, signature: string | Uint8Array, claims: Members = {}): string {
  const input = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claimsWith(claims)))}`;
  return `${input}.${typeof signature === 'string' ? signature : encode(signature)}`;
}

/** Returns a value as printable text for the title of a test. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : value === undefined ? 'absent' : JSON.stringify(value);
  const ascii = text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return ascii.length > 48 ? `${ascii.slice(0, 32)}... (${ascii.length})` : ascii;
}

/** Returns every pair of entries of two lists. */
export function pairs<TLeft, TRight>(left: readonly TLeft[], right: readonly TRight[]): [TLeft, TRight][] {
  return left.flatMap((one) => right.map((other): [TLeft, TRight] => [one, other]));
}
