import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlgorithmName } from '../plan.ts';
import { createSigningKey, type SigningKey } from './keys.ts';
import { signToken, signTokens } from './sign-tokens.ts';

/** The only settings of every verifier. */
export interface Target {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly algorithm: AlgorithmName;
}

/** Valid and invalid tokens. */
export interface TokenFile {
  readonly target: Target;
  /** More tokens than any cache keeps. */
  readonly unique: readonly string[];
  /** A few tokens, sent repeatedly. */
  readonly repeated: readonly string[];
  /** Invalid tokens, by their fault. */
  readonly bad: Readonly<Record<string, string>>;
}

let folder: string | undefined;

const repeatedTokens = 200;

/** Signs the tokens of one issuer and writes them to a file for child processes. */
export async function createTokenFile(target: Target, key: SigningKey, uniqueTokens: number): Promise<string> {
  const { issuer: iss, audience: aud } = target;
  const content: TokenFile = {
    target,
    unique: await signTokens(key, { iss, aud }, uniqueTokens),
    repeated: await signTokens(key, { iss, aud }, repeatedTokens, uniqueTokens),
    bad: await signBadTokens(key, { iss, aud }),
  };
  return writeJson(`tokens-${target.algorithm}`, content);
}

/** Writes a value to a file for child processes, deleted when this process ends. */
export function writeJson(name: string, value: unknown): string {
  folder ??= createFolder();
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

function createFolder(): string {
  const created = mkdtempSync(join(tmpdir(), 'verifier-bench-'));
  process.on('exit', () => rmSync(created, { recursive: true, force: true }));
  return created;
}

/** Reads a file of {@link createTokenFile}. */
export function readTokenFile(file: string): TokenFile {
  return JSON.parse(readFileSync(file, 'utf8')) as TokenFile;
}

async function signBadTokens(key: SigningKey, claims: { iss: string; aud: string }): Promise<Record<string, string>> {
  const stranger = { ...(await createSigningKey(key.alg, key.kid)), kid: key.kid };
  const good = await signToken(key, claims);
  return {
    'signature of another key': await signToken(stranger, claims),
    'claims of another token': splice(await signToken(key, claims, 1), good),
    'another issuer': await signToken(key, { ...claims, iss: 'https://elsewhere.example.com' }),
    'another audience': await signToken(key, { ...claims, aud: 'api://elsewhere' }),
    expired: await signToken(key, { ...claims, exp: Math.floor(Date.now() / 1000) - 3600 }),
  };
}

// Header and claims of one token with the signature of the other.
function splice(claimsFrom: string, signatureFrom: string): string {
  return `${claimsFrom.slice(0, claimsFrom.lastIndexOf('.'))}${signatureFrom.slice(signatureFrom.lastIndexOf('.'))}`;
}
