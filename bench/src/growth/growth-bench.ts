import type { VerifierOptions } from '@verifier/core';
import { audience, type Issuer, startIssuer } from '../issuer/issuer.ts';
import { interleave } from '../measure/rounds.ts';
import { type Figure, figureOf, ratioOf, rounded } from '../measure/statistics.ts';
import type { Plan } from '../plan.ts';
import { type Child, startChild } from '../process/child.ts';
import { createSigningKey, type SigningKey } from '../tokens/keys.ts';
import { signTokens } from '../tokens/sign-tokens.ts';
import { writeJson } from '../tokens/token-file.ts';
import type { Dimension, GrowthCommands } from './growth-role.ts';
import type { MemoryCommands } from './memory-role.ts';

/** The time of a request at one size. */
interface GrowthResult {
  readonly dimension: Dimension;
  readonly size: number;
  /** Whether the tokens were in the token cache, or the cache was off. */
  readonly kind: 'repeated' | 'unique';
  /** Microseconds per request. */
  readonly time: Figure;
  /** The time divided by that of the smallest size. */
  readonly ofSmallest: Figure;
}

/** All measurements of growth. */
export interface GrowthResults {
  readonly results: readonly GrowthResult[];
  readonly bytesPerToken: number;
  readonly bytesPerIssuer: number;
  /** The number of tokens and issuers that the memory was measured with. */
  readonly tokensKept: number;
  readonly issuersKept: number;
}

interface Case {
  readonly size: number;
  readonly options: VerifierOptions;
  readonly middlewares: number;
  readonly tokens: string;
}

interface Runner {
  readonly size: number;
  readonly child: Child<GrowthCommands>;
}

const tokenCount = 1000;
const maxMiddlewares = 100;

/** Measures the cost of a request with growing numbers of issuers, keys and middlewares. */
export async function benchGrowth(plan: Plan, say: (line: string) => void): Promise<GrowthResults> {
  const issuer = await startIssuer();
  const key = await createSigningKey('ES256', 'growth');
  await issuer.publish('/growth', [key.publicJwk]);
  const results: GrowthResult[] = [];
  for (const dimension of ['issuers', 'keys', 'middlewares'] as const) {
    say(`growth: ${dimension}`);
    const cases = await casesOf(dimension, issuer, key, plan);
    for (const kind of ['repeated', 'unique'] as const) {
      results.push(...(await measure(cases, dimension, kind, plan)));
    }
  }
  say('growth: memory');
  const memory = await measureMemory(issuer, key, plan);
  await issuer.end();
  return { results, ...memory };
}

async function casesOf(dimension: Dimension, issuer: Issuer, key: SigningKey, { growth }: Plan): Promise<Case[]> {
  if (dimension === 'keys') return Promise.all(growth.sizes.map((size) => keysCase(issuer, size)));
  if (dimension === 'issuers') return Promise.all(growth.sizes.map((size) => issuersCase(issuer, key, size)));
  const options = { issuer: issuerAt(issuer, 0), audience };
  const tokens = writeJson('middlewares', await signFor(issuer, key, 1, tokenCount));
  const sizes = growth.sizes.filter((size) => size <= maxMiddlewares);
  return sizes.map((size) => ({ size, options, middlewares: size, tokens }));
}

async function issuersCase(issuer: Issuer, key: SigningKey, size: number): Promise<Case> {
  const tokens = writeJson(`issuers-${size}`, await signFor(issuer, key, size, tokenCount));
  return { size, options: issuersOptions(issuer, size), middlewares: 1, tokens };
}

async function keysCase(issuer: Issuer, size: number): Promise<Case> {
  const keys = await Promise.all(Array.from({ length: size }, (_, index) => createSigningKey('ES256', `key-${index}`)));
  const path = `/keys-${size}`;
  await issuer.publish(
    path,
    keys.map(({ publicJwk }) => publicJwk),
  );
  const { issuer: iss } = issuer.target(path, 'ES256');
  const share = tokenCount / size;
  const signed = await Promise.all(
    keys.map((key, index) => signTokens(key, { iss, aud: audience }, share, index * share)),
  );
  const tokens = writeJson(`keys-${size}`, signed.flat());
  return { size, options: { issuer: iss, audience }, middlewares: 1, tokens };
}

function issuerAt({ origin }: Issuer, index: number): string {
  return `${origin}/growth/${index}`;
}

function issuersOptions(issuer: Issuer, size: number): VerifierOptions {
  const issuers = Array.from({ length: size }, (_, index) => ({ issuer: issuerAt(issuer, index), audience }));
  return { issuers };
}

// Tokens of all issuers in turn, in the same number as with one issuer.
async function signFor(issuer: Issuer, key: SigningKey, issuers: number, count: number): Promise<string[]> {
  const signed = Array.from({ length: count }, (_, index) =>
    signTokens(key, { iss: issuerAt(issuer, index % issuers), aud: audience }, 1, index),
  );
  return (await Promise.all(signed)).flat();
}

async function measure(
  cases: readonly Case[],
  dimension: Dimension,
  kind: GrowthResult['kind'],
  { growth }: Plan,
): Promise<GrowthResult[]> {
  const runners = await Promise.all(cases.map((of) => startRunner(of, kind)));
  const samples = await interleave(runners, growth, async ({ child }, ms) => {
    const { seconds, count } = await child.ask('run', { ms });
    return (seconds * 1e6) / count;
  });
  await Promise.all(runners.map(({ child }) => child.end()));
  const [smallest = []] = samples.values();
  return [...samples].map(([{ size }, times]) => {
    return { dimension, size, kind, time: figureOf(times), ofSmallest: ratioOf(times, smallest) };
  });
}

async function startRunner({ size, options, middlewares, tokens }: Case, kind: GrowthResult['kind']): Promise<Runner> {
  const child = await startChild<GrowthCommands>('growth');
  const used: VerifierOptions = kind === 'unique' ? { ...options, tokenCache: false } : options;
  await child.ask('open', { options: used, middlewares, tokens });
  return { size, child };
}

async function measureMemory(issuer: Issuer, key: SigningKey, { name }: Plan): Promise<Omit<GrowthResults, 'results'>> {
  const [tokensKept, issuersKept] = name === 'full' ? [5000, 1000] : [500, 100];
  const tokens = writeJson('memory', await signFor(issuer, key, 1, tokensKept));
  const child = await startChild<MemoryCommands>('memory', { nodeOptions: ['--expose-gc'] });
  const one: VerifierOptions = { issuer: issuerAt(issuer, 0), audience, tokenCache: { maxEntries: tokensKept } };
  const perToken = await child.ask('token', { options: one, tokens });
  // The first run loads the HTTP client, which is not counted.
  await child.ask('issuer', { options: issuersOptions(issuer, 10), count: 10 });
  const perIssuer = await child.ask('issuer', { options: issuersOptions(issuer, issuersKept), count: issuersKept });
  await child.end();
  return { tokensKept, issuersKept, bytesPerToken: rounded(perToken), bytesPerIssuer: rounded(perIssuer) };
}
