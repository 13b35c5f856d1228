import type { JSONWebKeySet } from 'jose';
import { ENDPOINTS } from './endpoints.ts';
import { type KeyRing, keyRingOf, type RotateOptions, retireKey, rotateRing, toPublicKeySet } from './key-ring.ts';
import { type AuthorizationServerOptions, type ClientCredentials, resolveSettings, type Settings } from './options.ts';
import { providerListener } from './provider-listener.ts';
import { type Conditions, routeRequests } from './request-router.ts';
import { RestartableServer } from './restartable-server.ts';
import { type SignOptions, signToken } from './sign-token.ts';
import { generateSigningKey, type SigningKey } from './signing-key.ts';
import { requestToken } from './token-request.ts';
import { TrafficCounter, type TrafficCounts } from './traffic-counter.ts';

/** A request for a token; every member has a default. */
export interface TokenRequest {
  /** Scopes, separated by spaces; none by default. */
  readonly scope?: string | undefined;
  /** The resource indicator: any absolute URI. The issuer's audience by default. */
  readonly audience?: string | undefined;
  /** The identifier of the client; the first registered one by default. */
  readonly client?: string | undefined;
}

/** The keys of the issuer, private parts included. */
export interface IssuerKeys extends KeyRing {
  /** The public key set, as it is published unless {@link AuthorizationServer.publish} replaces it. */
  readonly set: JSONWebKeySet;
}

interface Parts {
  readonly settings: Settings;
  readonly issuer: string;
  readonly server: RestartableServer;
  readonly conditions: Conditions;
  readonly traffic: TrafficCounter;
}

/**
 * A real authorization server on loopback: an oidc-provider behind a router that a test controls.
 *
 * Its token endpoint issues access tokens, and {@link AuthorizationServer.sign} signs the ones that it would refuse.
 */
export class AuthorizationServer {
  /** The issuer identifier, as in `iss` and in the metadata. */
  readonly issuer: string;
  /** The audience of a token unless the request names another one. */
  readonly audience: string;
  /** The registered clients, the default one first. */
  readonly clients: readonly ClientCredentials[];
  /** The URLs of the key set and of the token endpoint. */
  readonly endpoints: { readonly keys: string; readonly token: string };
  /** The certificate that a client must trust, as PEM; undefined over http. */
  readonly ca: string | undefined;
  /** The URL at which clients receive authorization codes; undefined without the code flow. */
  readonly redirectUri: string | undefined;
  readonly #parts: Parts;
  #ring: KeyRing;

  constructor(parts: Parts, ring: KeyRing) {
    const { issuer, settings } = parts;
    this.issuer = issuer;
    this.audience = settings.audience;
    this.clients = settings.clients;
    this.endpoints = { keys: `${issuer}${ENDPOINTS.keys}`, token: `${issuer}${ENDPOINTS.token}` };
    this.ca = settings.tls?.ca ?? settings.tls?.cert;
    this.redirectUri = settings.redirectUri;
    this.#parts = parts;
    this.#ring = ring;
    this.#useKeys(ring);
  }

  /** The current keys. */
  get keys(): IssuerKeys {
    return { ...this.#ring, set: toPublicKeySet(this.#ring) };
  }

  /** A copy of the counts of connections and requests. */
  get counts(): TrafficCounts {
    return this.#parts.traffic.counts();
  }

  /** The `latency` in seconds and the `Cache-Control` of metadata and key set; both can be set at any time. */
  get conditions(): Pick<Conditions, 'latency' | 'cacheControl'> {
    return this.#parts.conditions;
  }

  /** Obtains an access token over HTTP, by the client-credentials grant. */
  async token(request: TokenRequest = {}): Promise<string> {
    const client = this.#findClient(request.client);
    const audience = request.audience ?? this.audience;
    return requestToken({ endpoint: this.endpoints.token, client, audience, scope: request.scope, ca: this.ca });
  }

  /** Signs any claims, also those that the token endpoint would refuse. A claim given as undefined is left out. */
  async sign(claims: Readonly<Record<string, unknown>> = {}, options: SignOptions = {}): Promise<string> {
    const { issuer, audience } = this;
    const { client_id: client } = this.#findClient();
    const lifetime = this.#parts.settings.tokenLifetime;
    return signToken(claims, options, this.#ring.current, { issuer, audience, client, lifetime });
  }

  /** Changes the signing key, or publishes the next one ahead. Returns the resulting keys. */
  async rotate(options: RotateOptions = {}): Promise<IssuerKeys> {
    this.#useKeys(await rotateRing(this.#ring, options));
    return this.keys;
  }

  /** Removes the previous key from the key set, as an issuer does some time after a rotation. */
  retire(): void {
    this.#useKeys(retireKey(this.#ring));
  }

  /** Replaces the key set, verbatim if it is text. Undefined restores the server's own. */
  publish(document: JSONWebKeySet | string | undefined): void {
    this.#override('keys', document);
  }

  /** Replaces the metadata, verbatim if they are text. Undefined restores the server's own. */
  publishMetadata(document: Readonly<Record<string, unknown>> | string | undefined): void {
    this.#override('discovery', document);
  }

  /** Resets the counts. Connections that are open already are not counted again. */
  resetCounts(): void {
    this.#parts.traffic.reset();
  }

  /** Stops: refuses connections and destroys the open ones, as in an outage. */
  async stop(): Promise<void> {
    await this.#parts.server.stop();
  }

  /** Starts again on the same port. */
  async start(): Promise<void> {
    await this.#parts.server.start();
  }

  /** Ends the server. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    await this.stop();
  }

  // A provider cannot change its keys, so each change creates another one behind the same socket.
  #useKeys(ring: KeyRing): void {
    this.#ring = ring;
    this.#parts.conditions.provider = providerListener(this.issuer, this.#parts.settings, ring);
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
export async function startAuthorizationServer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const settings = resolveSettings(options);
  const key: SigningKey = options.key ?? (await generateSigningKey(settings.alg, options.keyId));
  const { latency, cacheControl } = settings;
  const conditions: Conditions = { latency, cacheControl, documents: new Map(), provider: notReady };
  const traffic = new TrafficCounter();
  const server = new RestartableServer(settings, routeRequests(settings, conditions, traffic), traffic);
  await server.start();
  const issuer = formatIssuer(settings, server.port);
  return new AuthorizationServer({ settings, issuer, server, conditions, traffic }, keyRingOf(key));
}
