// Verifies tokens for minutes, through key rotations and outages of the issuer: `npm run soak -- [minutes]`. Fails if the
// heap or the number of open handles grows, or if a valid token is refused. Not part of the tests.
import { fork } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createVerifier, type RequestLike, type Verifier } from '@verifier/core';
import { startFaultServer } from '@verifier/test-issuer';

const audience = 'api://soak';
const requestsPerBatch = 100;
const pauseSeconds = 0.02;
const sampleSeconds = 5;
const rotationSeconds = 30;
const outageInterval = 60;
const outageSeconds = 12;
const tokensPerKey = 400;
// A slower request has waited for the issuer, not only for a thread.
const delayThresholdSeconds = 0.1;
/** The accepted growth of the heap from the second quarter to the last one. */
const allowedGrowth = 0.05;

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

interface Sample {
  readonly seconds: number;
  readonly heap: number;
  readonly rss: number;
  readonly handles: number;
}

type Command = { readonly publish: readonly object[] } | { readonly server: 'stop' | 'start' };

/** An issuer in a child process, so that its heap and its sockets do not count. */
interface Issuer {
  readonly url: string;
  send(command: Command): void;
  stop(): void;
}

async function serve(): Promise<void> {
  const server = await startFaultServer();
  process.on('message', (command: Command) => {
    if ('publish' in command) server.publish({ keys: command.publish });
    else if (command.server === 'stop') void server.stop();
    else void server.start();
  });
  process.send?.(server.issuer);
}

async function startIssuer(): Promise<Issuer> {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [url] = (await once(child, 'message')) as [string];
  return { url, send: (command) => void child.send(command), stop: () => void child.kill() };
}

function createKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signToken({ kid, privateKey }: Key, iss: string, lifetime = 3600): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss,
    aud: audience,
    sub: 'soak',
    client_id: 'soak',
    iat: now,
    exp: now + lifetime,
    jti: randomUUID(),
  };
  const input = `${encode({ alg: 'ES256', kid, typ: 'at+jwt' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

function requestWith(token: string): RequestLike {
  return {
    method: 'GET',
    url: () => 'https://api.example/',
    header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
  };
}

/** Sends valid and invalid tokens, nine to one, signed with the current keys. */
class Traffic {
  readonly #issuer: Issuer;
  #previous: Key = createKey();
  #signing: Key = createKey();
  #next: Key = createKey();
  #tokens: string[] = [];
  answered = 0;
  delayed = 0;
  unavailable = 0;
  validRefused = 0;

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.rotate();
  }

  /** Signs with the next key, publishes its successor, and removes the oldest of the published keys. */
  rotate(): void {
    [this.#previous, this.#signing, this.#next] = [this.#signing, this.#next, createKey()];
    this.#issuer.send({ publish: [this.#previous, this.#signing, this.#next].map(({ jwk }) => jwk) });
    this.#tokens = Array.from({ length: tokensPerKey }, () => signToken(this.#signing, this.#issuer.url));
  }

  async sendBatch(verifier: Verifier): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let count = 0; count < requestsPerBatch; count += 1) pending.push(this.#send(verifier, count));
    await Promise.all(pending);
  }

  async #send(verifier: Verifier, count: number): Promise<void> {
    const isValid = count % 20 > 1;
    const startedAt = performance.now();
    const answer = await verifier.authenticate(requestWith(isValid ? this.#validToken() : this.#invalidToken()));
    if (isValid && performance.now() - startedAt > delayThresholdSeconds * 1000) this.delayed += 1;
    this.answered += 1;
    if (answer.ok || !isValid) return;
    if (answer.error.status === 503) this.unavailable += 1;
    else this.validRefused += 1;
  }

  #validToken(): string {
    return this.#tokens[Math.floor(Math.random() * this.#tokens.length)] ?? '';
  }

  // An unknown key, an unknown issuer, an expired token, a wrong signature.
  #invalidToken(): string {
    const key = this.#signing;
    const kinds = [
      () => signToken({ ...key, kid: randomUUID() }, this.#issuer.url),
      () => signToken(key, 'https://unknown.example'),
      () => signToken(key, this.#issuer.url, -60),
      () => `${this.#validToken().slice(0, -8)}AAAAAAAA`,
    ];
    return kinds[Math.floor(Math.random() * kinds.length)]?.() ?? '';
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function takeSample(startedAt: number): Sample {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  return { seconds: Math.round((Date.now() - startedAt) / 1000), heap: heapUsed, rss, handles };
}

function show({ seconds, heap, rss, handles }: Sample, { answered, delayed, unavailable }: Traffic): void {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(
    `${String(seconds).padStart(5)} s  heap ${megabytes(heap)} MB  rss ${megabytes(rss)} MB  handles ${handles}  requests ${answered}  delayed ${delayed}  503 ${unavailable}`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Compares the second quarter of the samples, after the warm-up, with the last one. */
function isStable(samples: readonly Sample[], traffic: Traffic): boolean {
  const quarter = Math.ceil(samples.length / 4);
  const warm = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  const medians = (name: 'heap' | 'handles') => [warm, last].map((part) => median(part.map((of) => of[name])));
  const [heapBefore = 0, heapAfter = 0] = medians('heap');
  const [handlesBefore = 0, handlesAfter = 0] = medians('handles');
  const growth = heapAfter / heapBefore - 1;
  console.log(
    `heap ${(heapBefore / 1e6).toFixed(2)} MB -> ${(heapAfter / 1e6).toFixed(2)} MB (${(growth * 100).toFixed(1)} %), handles ${handlesBefore} -> ${handlesAfter}, valid tokens refused ${traffic.validRefused}`,
  );
  return growth <= allowedGrowth && handlesAfter <= handlesBefore + 2 && traffic.validRefused === 0;
}

/** Repeats a task at an interval in seconds. */
function every(seconds: number, task: () => void): NodeJS.Timeout {
  return setInterval(task, seconds * 1000);
}

async function soak(minutes: number): Promise<boolean> {
  const issuer = await startIssuer();
  const traffic = new Traffic(issuer);
  const verifier = createVerifier({
    issuer: issuer.url,
    audience,
    keyCache: { ttl: 10 },
    // Small enough to fill up within the first quarter, so that its growth does not look like a leak.
    tokenCache: { maxEntries: 1000 },
    onEvent: () => undefined,
  });
  await verifier.warmUp();
  const startedAt = Date.now();
  const samples: Sample[] = [];
  // Cleared at the end: an outage may still be active, and its end would send to a stopped process.
  const timers: NodeJS.Timeout[] = [
    every(rotationSeconds, () => traffic.rotate()),
    every(outageInterval, () => {
      issuer.send({ server: 'stop' });
      timers.push(setTimeout(() => issuer.send({ server: 'start' }), outageSeconds * 1000));
    }),
    every(sampleSeconds, () => {
      const sample = takeSample(startedAt);
      samples.push(sample);
      show(sample, traffic);
    }),
  ];
  while (Date.now() - startedAt < minutes * 60_000) {
    await traffic.sendBatch(verifier);
    await delay(pauseSeconds * 1000);
  }
  for (const timer of timers) clearTimeout(timer);
  console.log(JSON.stringify(verifier.stats(), null, 2));
  await verifier.close();
  issuer.stop();
  return isStable(samples, traffic);
}

if (process.argv[2] === 'serve') await serve();
else process.exitCode = (await soak(Number(process.argv[2] ?? 10))) ? 0 : 1;
