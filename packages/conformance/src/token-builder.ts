import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { AuthorizationServer } from '@verifier/test-issuer';

/** An issuer's identifier, audience and keys, and one token from its token endpoint. */
export interface SigningContext {
  readonly issuer: string;
  readonly audience: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** An access token from the issuer's token endpoint. */
  readonly issued: string;
}

/** Builds one token, valid or not. */
export type TokenBuilder = (context: SigningContext) => string;

type Members = Readonly<Record<string, unknown>>;
type MembersOf = Members | ((context: SigningContext) => Members);

/** Reads the keys of an issuer, and requests a token from it over HTTP. */
export async function readSigningContext(issuer: AuthorizationServer): Promise<SigningContext> {
  const { kid, privateKey, publicKey } = issuer.keys.current;
  const issued = await issuer.token({ scope: 'read:messages' });
  return { issuer: issuer.issuer, audience: issuer.audience, kid, privateKey, publicKey, issued };
}

// The times are fixed, so that an expected answer can contain `expiresAt`.
function validClaims({ issuer, audience }: SigningContext): Members {
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

/** Returns a builder that signs with the issuer's key. A claim or header member given as undefined is left out. */
export function signed(claims: MembersOf = {}, header: MembersOf = {}): TokenBuilder {
  return (context) => {
    const input = signingInput(context, claims, header);
    return `${input}.${signatureOf(input, context.privateKey)}`;
  };
}

/** Returns a builder that signs any text, or any bytes, with the issuer's key. */
export function signedText(
  headerOf: (header: Members) => string | Uint8Array,
  claimsOf: (claims: Members) => string | Uint8Array = JSON.stringify,
): TokenBuilder {
  return (context) => {
    const header = headerOf({ alg: 'RS256', kid: context.kid, typ: 'at+jwt' });
    const input = `${encode(header)}.${encode(claimsOf(validClaims(context)))}`;
    return `${input}.${signatureOf(input, context.privateKey)}`;
  };
}

/** Returns a builder of an unsigned token. */
export function unsigned(alg: string, signature = ''): TokenBuilder {
  return (context) => `${signingInput(context, {}, { alg })}.${signature}`;
}

/** Returns a builder that uses the public key, in some form, as an HMAC key. */
export function macSigned(alg: 'HS256' | 'HS512', keyOf: (publicKey: KeyObject) => string): TokenBuilder {
  return (context) => {
    const input = signingInput(context, {}, { alg });
    const mac = createHmac(alg.replace('HS', 'sha'), keyOf(context.publicKey)).update(input).digest('base64url');
    return `${input}.${mac}`;
  };
}

/** Returns a builder that signs with an attacker's key, which the header may contain. */
export function attackerSigned(headerOf: (publicJwk: Members) => Members): TokenBuilder {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return (context) => {
    const input = signingInput(context, {}, headerOf(publicKey.export({ format: 'jwk' })));
    return `${input}.${signatureOf(input, privateKey)}`;
  };
}

/** Returns a builder that changes a token after it was signed. */
export function tampered(
  change: (segments: TokenSegments) => TokenSegments,
  build: TokenBuilder = signed(),
): TokenBuilder {
  return (context) => {
    const [header = '', claims = '', signature = ''] = build(context).split('.');
    return Object.values(change({ header, claims, signature })).join('.');
  };
}

/** The three segments of a token, in order. */
export interface TokenSegments {
  readonly header: string;
  readonly claims: string;
  readonly signature: string;
}

/** Returns a builder of a valid token of a length in characters. Base64url may make it up to three shorter. */
export function sized(length: number): TokenBuilder {
  return (context) => {
    const unpadded = signed({ padding: '' })(context).length;
    const padding = 'x'.repeat(Math.floor(((length - unpadded) * 3) / 4));
    return signed({ padding })(context);
  };
}

/** Encodes text or bytes as base64url. */
export function encode(content: string | Uint8Array): string {
  return Buffer.from(content).toString('base64url');
}

/** Flips the last significant bit of a signature. */
export function flipBit(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return encode(bytes);
}

function signingInput(context: SigningContext, claims: MembersOf, header: MembersOf): string {
  const membersOf = (members: MembersOf): Members => (typeof members === 'function' ? members(context) : members);
  const wholeHeader = { alg: 'RS256', kid: context.kid, typ: 'at+jwt', ...membersOf(header) };
  const wholeClaims = { ...validClaims(context), ...membersOf(claims) };
  return `${encode(JSON.stringify(wholeHeader))}.${encode(JSON.stringify(wholeClaims))}`;
}

function signatureOf(input: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(input), key).toString('base64url');
}
