// The cost of published metrics: `npm run metrics-cost`. Prints the processor time of a token seen before, with
// @verifier/prometheus and with @verifier/opentelemetry and a collection each second, as multiples of the time without.
// Fails above a limit.
import { generateKeyPairSync, sign } from 'node:crypto';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';
import { instrumentVerifier } from '@verifier/opentelemetry';
import { collectVerifierMetrics } from '@verifier/prometheus';
import { Registry } from 'prom-client';

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

/** A way to publish metrics. */
interface Variant {
  readonly name: string;
  /** The highest acceptable multiple of the time without metrics. */
  readonly limit: number;
  /** Starts to publish the metrics of a verifier. */
  start(verifier: Verifier): { collect(): Promise<unknown>; end(): void };
}

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const without: Variant = {
  name: 'without metrics',
  limit: Number.POSITIVE_INFINITY,
  start: () => ({ collect: async () => undefined, end: () => undefined }),
};

const variants: readonly Variant[] = [
  without,
  {
    name: '@verifier/prometheus',
    limit: 1.03,
    start: (verifier) => {
      const register = new Registry();
      const { close } = collectVerifierMetrics(verifier, { register });
      return { collect: () => register.metrics(), end: close };
    },
  },
  {
    name: '@verifier/opentelemetry',
    limit: 1.1,
    start: (verifier) => {
      const reader = new ManualReader();
      const { disable } = instrumentVerifier(verifier, { meterProvider: new MeterProvider({ readers: [reader] }) });
      return { collect: () => reader.collect(), end: disable };
    },
  },
];

/** Returns the processor time of one request in nanoseconds, a collection in the middle of the round included. */
async function measure(verifier: Verifier, variant: Variant): Promise<number> {
  const { collect, end } = variant.start(verifier);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let sent = 0;
  let isCollected = false;
  while (performance.now() - startedAt < secondsPerRound * 1000) {
    for (let index = 0; index < requestsPerTurn; index += 1) verifier.authenticate(request);
    sent += requestsPerTurn;
    const isDue: boolean = !isCollected && performance.now() - startedAt > secondsPerRound * 500;
    if (isDue) await collect();
    isCollected ||= isDue;
  }
  const { user, system } = process.cpuUsage(before);
  end();
  return ((user + system) * 1000) / sent;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const verifier = createVerifier({ issuer, audience, jwks });
  const result = await verifier.authenticate(request);
  if (!result.ok) throw result.error;
  for (const variant of variants) await measure(verifier, variant);
  const times = new Map(variants.map((variant) => [variant, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    // Each one first in turn, so that a drift of the machine affects all.
    const start = round % variants.length;
    for (const variant of [...variants.slice(start), ...variants.slice(0, start)]) {
      times.get(variant)?.push(await measure(verifier, variant));
    }
  }
  const base = times.get(without) ?? [];
  for (const [{ name, limit }, measured] of times) {
    const ratio = median(measured.map((time, round) => time / (base[round] ?? Number.NaN)));
    console.log(`${name}: ${median(measured).toFixed(0)} ns, ${ratio.toFixed(3)} times that without`);
    if (!(ratio <= limit)) process.exitCode = 1;
  }
}

await main();
