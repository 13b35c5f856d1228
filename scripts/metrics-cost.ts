// The cost of published metrics: `npm run metrics-cost`. Prints the processor time of a token seen before, with
// @verifier/prometheus and a scrape each second, as a multiple of the time without. Fails above the limit.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';
import { collectVerifierMetrics } from '@verifier/prometheus';
import { Registry } from 'prom-client';

const limit = 1.03;
const rounds = 16;
const secondsPerRound = 1;
const requestsPerTurn = 2000;

const issuer = 'https://issuer.example';
const audience = 'api://cost';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const jwks = { keys: [{ kty: 'OKP', ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA', kid: 'a' }] };

function createToken(): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, aud: audience, sub: 'subject', exp: 4_102_444_800, client_id: 'client', scope: 'read' };
  const signed = `${encode({ alg: 'EdDSA', kid: 'a', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

const authorization = [`Bearer ${createToken()}`];
const request: RequestLike = {
  method: 'GET',
  url: () => 'https://api.example/orders',
  header: (name) => (name === 'authorization' ? authorization : []),
};
const register = new Registry();

/** Returns the processor time of one request in nanoseconds, a scrape in the middle of the round included. */
async function measure(verifier: Verifier, isScraped: boolean): Promise<number> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let [sent, scrapes] = [0, 0];
  while (performance.now() - startedAt < secondsPerRound * 1000) {
    for (let index = 0; index < requestsPerTurn; index += 1) verifier.authenticate(request);
    sent += requestsPerTurn;
    const isDue = isScraped && scrapes === 0 && performance.now() - startedAt > secondsPerRound * 500;
    if (isDue) scrapes += (await register.metrics()) === '' ? 0 : 1;
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / sent;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const [plain, published] = [1, 2].map(() => createVerifier({ issuer, audience, jwks })) as [Verifier, Verifier];
  collectVerifierMetrics(published, { register });
  for (const verifier of [plain, published]) {
    const result = await verifier.authenticate(request);
    if (!result.ok) throw result.error;
    await measure(verifier, true);
  }
  const times: { plain: number; published: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Alternately first, so that a drift of the machine affects both.
    const first = round % 2 === 0 ? await measure(plain, false) : await measure(published, true);
    const second = round % 2 === 0 ? await measure(published, true) : await measure(plain, false);
    times.push(round % 2 === 0 ? { plain: first, published: second } : { plain: second, published: first });
  }
  const ratio = median(times.map((time) => time.published / time.plain));
  const [without, withMetrics] = [median(times.map((time) => time.plain)), median(times.map((time) => time.published))];
  console.log(
    `A token seen before: ${without.toFixed(0)} ns, with metrics ${withMetrics.toFixed(0)} ns: ${ratio.toFixed(3)}`,
  );
  process.exitCode = ratio > limit ? 1 : 0;
}

await main();
