import type { Verifier } from '../../src/index.ts';

interface SearchedTokens {
  readonly tokens: Iterable<unknown>;
  readonly verifiers: readonly Verifier[];
}

// Words that any error may contain: parts of a media type, or of the language.
const ordinary = ['application/json', 'undefined'];

/**
 * Returns the texts, encoded parts and values of the tokens that occur in any of the texts.
 *
 * Issuers that are configured at the verifiers may occur.
 */
export function findLeaks({ tokens, verifiers }: SearchedTokens, texts: readonly string[]): string[] {
  const configured = verifiers.flatMap((verifier) => Object.keys(verifier.stats().issuers)).concat(ordinary);
  const secrets = new Set([...tokens].flatMap(secretsOf));
  const all = texts.join('\n');
  return [...secrets].filter((secret) => all.includes(secret) && !configured.some((text) => text.includes(secret)));
}

/** Returns the text of a token, its encoded parts, and the values of its header and claims. */
function secretsOf(token: unknown): string[] {
  if (typeof token !== 'string') return [];
  const parts = token.split('.');
  const values = parts.slice(0, 2).flatMap((part) => valuesIn(parsed(part)));
  return [token, ...parts, ...values].filter(isLongEnough).map(beginningOf);
}

/** Returns the key material of a key set, public and private. */
export function keyMaterialOf(jwks: { readonly keys: readonly object[] }): string[] {
  return jwks.keys
    .flatMap((jwk) => ['n', 'x', 'y', 'd', 'k'].flatMap((name) => texts(Reflect.get(jwk, name))))
    .filter(isLongEnough);
}

// A shorter text occurs by coincidence.
function isLongEnough(text: string): boolean {
  return text.length >= 8;
}

// A log may truncate a long text.
function beginningOf(text: string): string {
  return text.slice(0, 24);
}

function parsed(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return Buffer.from(part, 'base64url').toString();
  }
}

// Without recursion: some tokens nest claims deeper than the stack allows.
function valuesIn(value: unknown): string[] {
  const found: string[] = [];
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'object' && next !== null) pending.push(...Object.values(next).slice(0, 50));
    else found.push(...texts(next));
  }
  return found;
}

function texts(value: unknown): string[] {
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}
