import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { AuthorizationServer } from '@verifier/test-issuer';

/** What tokens are made from: the keys of an issuer, and one token that it issued itself. */
export interface Forge {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** An access token that the issuer's token endpoint answered with. */
  readonly issued: string;
}

/** Makes one token, good or bad. */
export type Recipe = (forge: Forge) => string;

type Members = Readonly<Record<string, unknown>>;
type MembersOf = Members | ((forge: Forge) => Members);

/** Reads the keys of an issuer, and obtains a token from it over HTTP. */
export async function createForge(issuer: AuthorizationServer): Promise<Forge> {
  const { kid, privateKey, publicKey } = issuer.keys.current;
  const issued = await issuer.token({ scope: 'read:messages' });
  return { issuer: issuer.issuer, audience: issuer.audience, kid, privateKey, publicKey, issued };
}

/** The claims of the good token. Its times are fixed, so that an answer with `expiresAt` can be written down. */
function goodClaims({ issuer, audience }: Forge): Members {
  return {
    iss: issuer,
    aud: audience,
    sub: 'subject-1',
    client_id: 'client-1',
    scope: 'read:messages',
    iat: 1_700_000_000,
    exp: 4_102_444_800,
    jti: 'token-1',
  };
}

/** A token that the issuer's key signed. A claim or header member given as undefined is left out. */
export function signed(claims: MembersOf = {}, header: MembersOf = {}): Recipe {
  return (forge) => {
    const input = signingInput(forge, claims, header);
    return `${input}.${signatureOf(input, forge.privateKey)}`;
  };
}

/** A token of any two texts, or bytes, that the issuer's key signed as they are. */
export function signedText(
  headerOf: (header: Members) => string | Uint8Array,
  claimsOf: (claims: Members) => string | Uint8Array = JSON.stringify,
): Recipe {
  return (forge) => {
    const header = headerOf({ alg: 'RS256', kid: forge.kid, typ: 'at+jwt' });
    const input = `${encode(header)}.${encode(claimsOf(goodClaims(forge)))}`;
    return `${input}.${signatureOf(input, forge.privateKey)}`;
  };
}

/** A token that nobody signed. */
export function unsigned(alg: string, signature = ''): Recipe {
  return (forge) => `${signingInput(forge, {}, { alg })}.${signature}`;
}

/** A token with the public key, in some spelling, as the key of an HMAC. */
export function macSigned(alg: 'HS256' | 'HS512', keyOf: (publicKey: KeyObject) => string): Recipe {
  return (forge) => {
    const input = signingInput(forge, {}, { alg });
    const mac = createHmac(alg.replace('HS', 'sha'), keyOf(forge.publicKey)).update(input).digest('base64url');
    return `${input}.${mac}`;
  };
}

/** A token that an attacker signed with a key of their own, which the header may hold. */
export function attackerSigned(headerOf: (publicJwk: Members) => Members): Recipe {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return (forge) => {
    const input = signingInput(forge, {}, headerOf(publicKey.export({ format: 'jwk' })));
    return `${input}.${signatureOf(input, privateKey)}`;
  };
}

/** A good token, changed after it was signed. */
export function tampered(change: (segments: TokenSegments) => TokenSegments, recipe: Recipe = signed()): Recipe {
  return (forge) => {
    const [header = '', claims = '', signature = ''] = recipe(forge).split('.');
    return Object.values(change({ header, claims, signature })).join('.');
  };
}

/** The three parts of a token, in their order. */
export interface TokenSegments {
  readonly header: string;
  readonly claims: string;
  readonly signature: string;
}

/** A good token of a given length in characters, or up to three fewer: what base64url leaves possible. */
export function sized(length: number): Recipe {
  return (forge) => {
    const unpadded = signed({ padding: '' })(forge).length;
    const padding = 'x'.repeat(Math.floor(((length - unpadded) * 3) / 4));
    return signed({ padding })(forge);
  };
}

/** Text or bytes as base64url. */
export function encode(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url');
}

/** The last bit of the signature that counts, turned round. */
export function flipBit(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return encode(bytes);
}

function signingInput(forge: Forge, claims: MembersOf, header: MembersOf): string {
  const membersOf = (members: MembersOf): Members => (typeof members === 'function' ? members(forge) : members);
  const wholeHeader = { alg: 'RS256', kid: forge.kid, typ: 'at+jwt', ...membersOf(header) };
  const wholeClaims = { ...goodClaims(forge), ...membersOf(claims) };
  return `${encode(JSON.stringify(wholeHeader))}.${encode(JSON.stringify(wholeClaims))}`;
}

function signatureOf(input: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(input), key).toString('base64url');
}
