import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Adapter, ClientMetadata, Configuration, ResourceServer } from 'oidc-provider';
// The entry of the package prints a warning on every Node.js release before its long-term support.
import { Provider } from 'oidc-provider/lib/provider.js';
import { answerLogin, codeFlow } from './code-flow.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type KeyRing, listKeys } from './key-ring.ts';
import type { ClientCredentials, Settings } from './options.ts';
import type { SigningAlgorithm } from './signing-key.ts';

// The client-credentials grant, the only one here, stores nothing for a JWT access token.
const emptyAdapter: Adapter = {
  upsert: async () => {},
  find: async () => undefined,
  findByUserCode: async () => undefined,
  findByUid: async () => undefined,
  consume: async () => {},
  destroy: async () => {},
  revokeByGrantId: async () => {},
};

function describeClient(client: ClientCredentials, alg: SigningAlgorithm, { redirectUri }: Settings): ClientMetadata {
  const ofCodes: Omit<ClientMetadata, 'client_id'> =
    redirectUri === undefined
      ? { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }
      : { grant_types: ['client_credentials', 'authorization_code'], redirect_uris: [redirectUri] };
  return { ...client, ...ofCodes, id_token_signed_response_alg: alg };
}

function describeResourceServer(audience: string, settings: Settings, ring: KeyRing): ResourceServer {
  return {
    audience,
    scope: settings.scopes.join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: settings.tokenLifetime,
    jwt: { sign: { alg: ring.current.alg, kid: ring.current.kid } },
  };
}

function describeFeatures(settings: Settings, ring: KeyRing): NonNullable<Configuration['features']> {
  const off = { enabled: false };
  return {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => settings.audience,
      getResourceServerInfo: (_context, audience) => describeResourceServer(audience, settings, ring),
    },
    devInteractions: off,
    dPoP: off,
    pushedAuthorizationRequests: off,
    rpInitiatedLogout: off,
    userinfo: off,
  };
}

function describeServer(issuer: string, settings: Settings, ring: KeyRing): Configuration {
  const keys = listKeys(ring);
  return {
    adapter: () => emptyAdapter,
    clients: settings.clients.map((client) => describeClient(client, ring.current.alg, settings)),
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    cookies: { keys: [randomBytes(16).toString('base64url')] },
    enabledJWA: { idTokenSigningAlgValues: [...new Set(keys.map((key) => key.alg))] },
    features: describeFeatures(settings, ring),
    jwks: { keys: keys.map((key) => key.privateJwk) },
    renderError: (context, out) => {
      context.type = 'json';
      context.body = out;
    },
    responseTypes: [],
    routes: { jwks: ENDPOINTS.keys, token: ENDPOINTS.token },
    scopes: [],
    ttl: { ClientCredentials: settings.tokenLifetime },
    ...(settings.redirectUri !== undefined && codeFlow(issuer, settings)),
  };
}

/** Returns the listener of an oidc-provider with these keys. A provider cannot change its keys. */
export function providerListener(issuer: string, settings: Settings, ring: KeyRing): RequestListener {
  const provider = new Provider(issuer, describeServer(issuer, settings, ring));
  // Errors are answered as OAuth errors. Tests abort requests, and that must print nothing.
  provider.silent = true;
  const answer = provider.callback();
  return (request, response) => {
    if (request.url?.startsWith(ENDPOINTS.login)) void answerLogin(provider, request, response);
    else void answer(request, response);
  };
}
