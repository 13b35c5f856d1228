import type { JSONWebKeySet } from 'jose';
import { createAuthorizationServer, ENDPOINTS } from './authorization-server.ts';
import { type Conditions, createFrontDoor } from './front-door.ts';
import { createKeyRing, type KeyRing, type RotateOptions, retireKey, rotateRing, toPublicKeySet } from './key-ring.ts';
import { createListener, type Listener } from './listener.ts';
import { type ClientCredentials, resolveSettings, type Settings, type TestIssuerOptions } from './options.ts';
import { type SignOptions, signToken } from './sign-token.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { requestToken } from './token-request.ts';
import { createTraffic, type Traffic, type TrafficCounts } from './traffic.ts';

/** What a token is asked for. */
export interface TokenRequest {
  /** Scopes, separated by spaces; none by default. */
  readonly scope?: string | undefined;
  /** The resource indicator: any absolute URI. The issuer's audience by default. */
  readonly audience?: string | undefined;
  /** The client that asks; the first registered one by default. */
  readonly client?: string | undefined;
}

/** The keys of the issuer, private parts included. */
export interface IssuerKeys extends KeyRing {
  /** The public key set, as the issuer publishes it unless it is overridden. */
  readonly set: JSONWebKeySet;
}

interface Parts {
  readonly settings: Settings;
  readonly issuer: string;
  readonly listener: Listener;
  readonly conditions: Conditions;
  readonly traffic: Traffic;
}

/** An authorization server on loopback, under the control of a test. */
export class TestIssuer {
  /** The issuer identifier, exactly as `iss` and the metadata have it. */
  readonly issuer: string;
  /** The audience of tokens that ask for no other. */
  readonly audience: string;
  /** The registered clients, the default one first. */
  readonly clients: readonly ClientCredentials[];
  /** Where keys and tokens are had. */
  readonly endpoints: { readonly keys: string; readonly token: string };
  /** What a client has to trust, as PEM; nothing over http. */
  readonly ca: string | undefined;
  readonly #parts: Parts;
  #ring: KeyRing;

  constructor(parts: Parts, ring: KeyRing) {
    const { issuer, settings } = parts;
    this.issuer = issuer;
    this.audience = settings.audience;
    this.clients = settings.clients;
    this.endpoints = { keys: `${issuer}${ENDPOINTS.keys}`, token: `${issuer}${ENDPOINTS.token}` };
    this.ca = settings.tls?.ca ?? settings.tls?.cert;
    this.#parts = parts;
    this.#ring = ring;
    this.#useKeys(ring);
  }

  /** The keys of the issuer at this moment. */
  get keys(): IssuerKeys {
    return { ...this.#ring, set: toPublicKeySet(this.#ring) };
  }

  /** What reached the issuer so far: a copy that stays as it is. */
  get counts(): TrafficCounts {
    return this.#parts.traffic.counts();
  }

  /** What a running issuer can be told: `latency` in seconds and `cacheControl`, both for metadata and key set. */
  get conditions(): Pick<Conditions, 'latency' | 'cacheControl'> {
    return this.#parts.conditions;
  }

  /** Obtains an access token over HTTP, by the client-credentials grant. */
  async token(request: TokenRequest = {}): Promise<string> {
    const client = this.#findClient(request.client);
    const audience = request.audience ?? this.audience;
    return requestToken({ endpoint: this.endpoints.token, client, audience, scope: request.scope, ca: this.ca });
  }

  /** Signs what the issuer itself would never send; a claim given as undefined is left out. */
  async sign(claims: Readonly<Record<string, unknown>> = {}, options: SignOptions = {}): Promise<string> {
    const { issuer, audience } = this;
    const { client_id: client } = this.#findClient();
    const lifetime = this.#parts.settings.tokenLifetime;
    return signToken(claims, options, this.#ring.current, { issuer, audience, client, lifetime });
  }

  /** Changes the signing key, or publishes the next one ahead; answers the keys that follow. */
  async rotate(options: RotateOptions = {}): Promise<IssuerKeys> {
    this.#useKeys(await rotateRing(this.#ring, options));
    return this.keys;
  }

  /** Takes the previous key out of the key set, as an issuer does some time after a rotation. */
  retire(): void {
    this.#useKeys(retireKey(this.#ring));
  }

  /** Serves this instead of the key set, text as it is; the issuer's own again with undefined. */
  publish(document: JSONWebKeySet | string | undefined): void {
    this.#override('keys', document);
  }

  /** Serves this instead of the metadata, text as it is; the issuer's own again with undefined. */
  publishMetadata(document: Readonly<Record<string, unknown>> | string | undefined): void {
    this.#override('discovery', document);
  }

  /** Counts from zero again. Connections that are open stay uncounted. */
  resetCounts(): void {
    this.#parts.traffic.reset();
  }

  /** Goes away: refuses connections, and destroys those that are open. */
  async stop(): Promise<void> {
    await this.#parts.listener.stop();
  }

  /** Comes back on the same port. */
  async start(): Promise<void> {
    await this.#parts.listener.start();
  }

  /** Ends it. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    await this.stop();
  }

  // The provider takes its keys when it is made: other keys mean another provider behind the same socket.
  #useKeys(ring: KeyRing): void {
    this.#ring = ring;
    this.#parts.conditions.server = createAuthorizationServer(this.issuer, this.#parts.settings, ring);
  }

  #findClient(id?: string): ClientCredentials {
    const client = this.clients.find(({ client_id }) => id === undefined || id === client_id);
    if (client === undefined) throw new Error(`There is no client ${id ?? 'at all'}`);
    return client;
  }

  #override(target: 'discovery' | 'keys', document: object | string | undefined): void {
    const { documents } = this.#parts.conditions;
    if (document === undefined) documents.delete(target);
    else documents.set(target, typeof document === 'string' ? document : JSON.stringify(document));
  }
}

function formatIssuer({ host, path, tls }: Settings, port: number): string {
  const scheme = tls === undefined ? 'http' : 'https';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

function notReady(): never {
  throw new Error('The authorization server has no keys yet');
}

/** Starts an authorization server on loopback. */
export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const settings = resolveSettings(options);
  const key: SigningKey = options.key ?? (await generateSigningKey(settings.alg, options.keyId));
  const { latency, cacheControl } = settings;
  const conditions: Conditions = { latency, cacheControl, documents: new Map(), server: notReady };
  const traffic = createTraffic();
  const listener = createListener(settings, createFrontDoor(settings, conditions, traffic), traffic);
  await listener.start();
  const issuer = formatIssuer(settings, listener.port());
  return new TestIssuer({ settings, issuer, listener, conditions, traffic }, createKeyRing(key));
}
