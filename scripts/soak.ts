// Verifies tokens for minutes while the issuer rotates its keys, stops and restarts, and fails if the heap or the number
// of open handles grows: `npm run soak -- [minutes]`. Not part of the tests.
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
const requestsPerTurn = 100;
const turnSeconds = 0.02;
const sampleSeconds = 5;
const rotationSeconds = 30;
const outageEvery = 60;
const outageSeconds = 12;
const tokensPerKey = 400;
// A request that takes longer waited for the issuer, not only for a thread.
const patienceSeconds = 0.1;
/** Allowed growth of the heap between the second quarter and the last. */
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

type Order = { readonly publish: readonly object[] } | { readonly go: 'away' | 'back' };

/** The issuer runs in a process of its own, so that the samples exclude its heap and sockets. */
interface Issuer {
  readonly url: string;
  send(order: Order): void;
  end(): void;
}

async function serve(): Promise<void> {
  const server = await startFaultServer();
  process.on('message', (order: Order) => {
    if ('publish' in order) server.publish({ keys: order.publish });
    else if (order.go === 'away') void server.stop();
    else void server.start();
  });
  process.send?.(server.issuer);
}

async function startIssuer(): Promise<Issuer> {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const [url] = (await once(child, 'message')) as [string];
  return { url, send: (order) => void child.send(order), end: () => void child.kill() };
}

function createKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function mint({ kid, privateKey }: Key, iss: string, lifetime = 3600): string {
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

/** Tokens of every kind, most of them valid, signed with the current keys. */
class Traffic {
  readonly #issuer: Issuer;
  #previous: Key = createKey();
  #signing: Key = createKey();
  #next: Key = createKey();
  #tokens: string[] = [];
  answered = 0;
  delayed = 0;
  unavailable = 0;
  goodRefused = 0;

  constructor(issuer: Issuer) {
    this.#issuer = issuer;
    this.rotate();
  }

  /** Signs with the key that was published ahead, publishes the next one, and withdraws the one before the previous. */
  rotate(): void {
    [this.#previous, this.#signing, this.#next] = [this.#signing, this.#next, createKey()];
    this.#issuer.send({ publish: [this.#previous, this.#signing, this.#next].map(({ jwk }) => jwk) });
    this.#tokens = Array.from({ length: tokensPerKey }, () => mint(this.#signing, this.#issuer.url));
  }

  async turn(verifier: Verifier): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let count = 0; count < requestsPerTurn; count += 1) pending.push(this.#send(verifier, count));
    await Promise.all(pending);
  }

  async #send(verifier: Verifier, count: number): Promise<void> {
    const isGood = count % 20 > 1;
    const startedAt = performance.now();
    const answer = await verifier.authenticate(requestWith(isGood ? this.#goodToken() : this.#badToken()));
    if (isGood && performance.now() - startedAt > patienceSeconds * 1000) this.delayed += 1;
    this.answered += 1;
    if (answer.ok || !isGood) return;
    if (answer.error.status === 503) this.unavailable += 1;
    else this.goodRefused += 1;
  }

  #goodToken(): string {
    return this.#tokens[Math.floor(Math.random() * this.#tokens.length)] ?? '';
  }

  // An unknown key, an unknown issuer, an expired token, a broken signature.
  #badToken(): string {
    const key = this.#signing;
    const kinds = [
      () => mint({ ...key, kid: randomUUID() }, this.#issuer.url),
      () => mint(key, 'https://stranger.example'),
      () => mint(key, this.#issuer.url, -60),
      () => `${this.#goodToken().slice(0, -8)}AAAAAAAA`,
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

/** Compares the second quarter of the run, after the warm-up, with the last. */
function isStable(samples: readonly Sample[], traffic: Traffic): boolean {
  const quarter = Math.ceil(samples.length / 4);
  const settled = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  const medians = (name: 'heap' | 'handles') => [settled, last].map((part) => median(part.map((of) => of[name])));
  const [heapBefore = 0, heapAfter = 0] = medians('heap');
  const [handlesBefore = 0, handlesAfter = 0] = medians('handles');
  const growth = heapAfter / heapBefore - 1;
  console.log(
    `heap ${(heapBefore / 1e6).toFixed(2)} MB -> ${(heapAfter / 1e6).toFixed(2)} MB (${(growth * 100).toFixed(1)} %), handles ${handlesBefore} -> ${handlesAfter}, good tokens refused ${traffic.goodRefused}`,
  );
  return growth <= allowedGrowth && handlesAfter <= handlesBefore + 2 && traffic.goodRefused === 0;
}

/** Repeats work at an interval in seconds. */
function every(seconds: number, work: () => void): NodeJS.Timeout {
  return setInterval(work, seconds * 1000);
}

async function soak(minutes: number): Promise<boolean> {
  const issuer = await startIssuer();
  const traffic = new Traffic(issuer);
  const verifier = createVerifier({
    issuer: issuer.url,
    audience,
    keyCache: { ttl: 10 },
    // Full within the first quarter, so that filling it does not look like a leak.
    tokenCache: { maxEntries: 1000 },
    onEvent: () => undefined,
  });
  await verifier.warmUp();
  const startedAt = Date.now();
  const samples: Sample[] = [];
  // An outage may start with the last request; its end must not reach an issuer that has exited.
  const chores: NodeJS.Timeout[] = [
    every(rotationSeconds, () => traffic.rotate()),
    every(outageEvery, () => {
      issuer.send({ go: 'away' });
      chores.push(setTimeout(() => issuer.send({ go: 'back' }), outageSeconds * 1000));
    }),
    every(sampleSeconds, () => {
      const sample = takeSample(startedAt);
      samples.push(sample);
      show(sample, traffic);
    }),
  ];
  while (Date.now() - startedAt < minutes * 60_000) {
    await traffic.turn(verifier);
    await delay(turnSeconds * 1000);
  }
  for (const chore of chores) clearTimeout(chore);
  console.log(JSON.stringify(verifier.stats(), null, 2));
  await verifier.close();
  issuer.end();
  return isStable(samples, traffic);
}

if (process.argv[2] === 'serve') await serve();
else process.exitCode = (await soak(Number(process.argv[2] ?? 10))) ? 0 : 1;
