import type { Verifier } from '../../src/index.ts';

interface Scene {
  readonly tokens: Iterable<unknown>;
  readonly verifiers: readonly Verifier[];
}

// Words that any error may hold, because they are part of a media type or of the language.
const ordinary = ['application/json', 'undefined'];

/** What some texts hold of the tokens of a scene, beyond what was configured there. */
export function leaksIn({ tokens, verifiers }: Scene, texts: readonly string[]): string[] {
  const configured = verifiers.flatMap((verifier) => Object.keys(verifier.stats().issuers)).concat(ordinary);
  const suspects = new Set([...tokens].flatMap(suspectsOf));
  const all = texts.join('\n');
  return [...suspects].filter((suspect) => all.includes(suspect) && !configured.some((text) => text.includes(suspect)));
}

/** What of a token must not be found anywhere: its text, its parts, and the values of its header and claims. */
function suspectsOf(token: unknown): string[] {
  if (typeof token !== 'string') return [];
  const parts = token.split('.');
  const values = parts.slice(0, 2).flatMap((part) => valuesIn(parsed(part)));
  return [token, ...parts, ...values].filter(isTelling).map(beginningOf);
}

/** The same of a key set. */
export function keyMaterialIn(jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }): string[] {
  return jwks.keys.flatMap((jwk) => ['n', 'x', 'y', 'd', 'k'].flatMap((name) => texts(jwk[name]))).filter(isTelling);
}

// Shorter ones are met by chance.
function isTelling(text: string): boolean {
  return text.length >= 8;
}

// A log might cut what is long.
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

// Without recursion: claims may be nested deeper than a stack is high.
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
