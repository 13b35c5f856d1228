import { randomBytes } from 'node:crypto';
import type { SigningAlgorithm, SigningKey } from './signing-key.ts';

/** A TLS key and its certificate, both as PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  /** What a client has to trust; the certificate itself where it is self-signed. */
  readonly ca?: string | undefined;
}

/** A client registered at the authorization server. */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** How the authorization server is set up; every member has a default. */
export interface TestIssuerOptions {
  /** Path of the issuer, such as `/oauth2/default`; none by default. */
  readonly path?: string | undefined;
  /** Port to listen on; any free one by default. */
  readonly port?: number | undefined;
  /** Address to listen on, and the host of the issuer; `127.0.0.1` by default. */
  readonly host?: string | undefined;
  /** Audience of tokens that ask for no other; `api://default` by default. */
  readonly audience?: string | undefined;
  /** Scopes the resource server knows; `['read', 'write']` by default. Any other scope is left out of a token. */
  readonly scopes?: readonly string[] | undefined;
  /** Identifiers of the clients that may ask for tokens; `['test-client']` by default. */
  readonly clients?: readonly string[] | undefined;
  /** Algorithm of the issuer's own signatures; `RS256` by default. */
  readonly alg?: SigningAlgorithm | undefined;
  /** The first signing key, to save making one; its own `alg` wins over the option. */
  readonly key?: SigningKey | undefined;
  /** Key ID of the first signing key where it is made here; random by default. */
  readonly keyId?: string | undefined;
  /** Seconds a token is valid; 3600 by default. */
  readonly tokenLifetime?: number | undefined;
  /** Seconds added to the answer of every document; 0 by default. */
  readonly latency?: number | undefined;
  /** Cache-Control of the metadata and of the key set; absent by default. */
  readonly cacheControl?: string | undefined;
  /** Where metadata is found: OpenID Connect Discovery (default), RFC 8414, or both. */
  readonly metadata?: 'openid' | 'oauth' | 'both' | undefined;
  /** Serves https with this identity instead of http. */
  readonly tls?: TlsIdentity | undefined;
}

/** The options with their defaults filled in. */
export interface Settings {
  readonly path: string;
  readonly port: number;
  readonly host: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly clients: readonly ClientCredentials[];
  readonly alg: SigningAlgorithm;
  readonly tokenLifetime: number;
  readonly latency: number;
  readonly cacheControl: string | undefined;
  readonly metadata: 'openid' | 'oauth' | 'both';
  readonly tls: TlsIdentity | undefined;
}

function registerClient(clientId: string): ClientCredentials {
  return { client_id: clientId, client_secret: randomBytes(24).toString('base64url') };
}

/** Fills in the defaults of the options. */
export function resolveSettings(options: TestIssuerOptions): Settings {
  return {
    path: (options.path ?? '').replace(/\/+$/, ''),
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    audience: options.audience ?? 'api://default',
    scopes: options.scopes ?? ['read', 'write'],
    clients: (options.clients ?? ['test-client']).map(registerClient),
    alg: options.key?.alg ?? options.alg ?? 'RS256',
    tokenLifetime: options.tokenLifetime ?? 3600,
    latency: options.latency ?? 0,
    cacheControl: options.cacheControl,
    metadata: options.metadata ?? 'openid',
    tls: options.tls,
  };
}
