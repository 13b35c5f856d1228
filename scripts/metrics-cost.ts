// The cost of metrics: `npm run metrics-cost`. Prints the processor time of a token seen before with @verifier/prometheus,
// and with @verifier/opentelemetry, as multiples of the time without; each is read once a second. Also prints the cost of
// the tracing channel without subscribers. Fails above the limits.
import { generateKeyPairSync, sign } from 'node:crypto';
import { tracingChannel } from 'node:diagnostics_channel';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';
import { instrumentVerifier } from '@verifier/opentelemetry';
import { collectVerifierMetrics } from '@verifier/prometheus';
import { Registry } from 'prom-client';

const rounds = 16;
const secondsPerRound = 1;
const requestsPerTurn = 2000;
// The limit of the channel alone, as a share of a token seen before.
const channelLimit = 0.01;

/** Metrics of one kind. */
interface Variant {
  readonly name: string;
  /** The largest multiple of the time without metrics. */
  readonly limit: number;
  /** Begins to collect. Returns a function that ends it. */
  start(verifier: Verifier): () => void;
  /** Reads the metrics, as a scrape or an export does. */
  read(): Promise<unknown>;
}

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

function withoutMetrics(): Variant {
  return {
    name: 'without',
    limit: Number.POSITIVE_INFINITY,
    start: () => () => undefined,
    read: async () => undefined,
  };
}

function withPrometheus(): Variant {
  const register = new Registry();
  return {
    name: 'with Prometheus',
    limit: 1.03,
    start: (verifier) => {
      const metrics = collectVerifierMetrics(verifier, { register });
      return () => metrics.close();
    },
    read: () => register.metrics(),
  };
}

function withOpenTelemetry(): Variant {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6, exportTimeoutMillis: 1e5 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    name: 'with OpenTelemetry',
    limit: 1.1,
    start: (verifier) => {
      const telemetry = instrumentVerifier(verifier, { meterProvider });
      return () => telemetry.disable();
    },
    read: () => reader.forceFlush(),
  };
}

/** Returns the processor time of one request in nanoseconds, a read in the middle of the round included. */
async function measure(verifier: Verifier, variant: Variant): Promise<number> {
  const end = variant.start(verifier);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let [sent, isRead] = [0, false];
  while (performance.now() - startedAt < secondsPerRound * 1000) {
    for (let index = 0; index < requestsPerTurn; index += 1) verifier.authenticate(request);
    sent += requestsPerTurn;
    if (isRead || performance.now() - startedAt < secondsPerRound * 500) continue;
    isRead = true;
    await variant.read();
  }
  const { user, system } = process.cpuUsage(before);
  end();
  return ((user + system) * 1000) / sent;
}

/** Returns the time in nanoseconds of asking the channel whether it has subscribers: once for each token. */
function measureChannel(): number {
  const channel = tracingChannel('@verifier/core:authenticate');
  const count = 20_000_000;
  let subscribed = 0;
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) subscribed += Number(channel.hasSubscribers);
  const time = ((performance.now() - startedAt) * 1e6) / count;
  if (subscribed > 0) throw new Error('The channel has subscribers');
  return time;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const verifier = createVerifier({ issuer, audience, jwks });
  const result = await verifier.authenticate(request);
  if (!result.ok) throw result.error;
  const channel = [1, 2, 3].map(measureChannel);
  const variants = [withoutMetrics(), withPrometheus(), withOpenTelemetry()];
  const times = variants.map((): number[] => []);
  for (const variant of variants) await measure(verifier, variant);
  for (let round = 0; round < rounds; round += 1) {
    // Each is first in turn, so that a drift of the machine affects all.
    for (const offset of variants.keys()) {
      const index = (round + offset) % variants.length;
      const variant = variants[index];
      if (variant !== undefined) times[index]?.push(await measure(verifier, variant));
    }
  }
  report(variants, times, median(channel));
}

function report(variants: readonly Variant[], times: readonly (readonly number[])[], channel: number): void {
  const [plain = []] = times;
  console.log('A token seen before, processor time:');
  for (const [index, { name, limit }] of variants.entries()) {
    const own = times[index] ?? [];
    const ratio = median(own.map((time, round) => time / (plain[round] ?? Number.NaN)));
    console.log(`  ${name.padEnd(20)}${median(own).toFixed(0).padStart(6)} ns  ${ratio.toFixed(3)}`);
    if (!(ratio <= limit)) process.exitCode = 1;
  }
  const share = channel / median(plain);
  console.log(`  channel without subscribers: ${channel.toFixed(1)} ns, ${(share * 100).toFixed(2)} % of that`);
  if (!(share <= channelLimit)) process.exitCode = 1;
}

await main();
