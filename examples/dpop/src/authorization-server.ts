import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
// The entry of the package prints a warning on every Node.js release before its long-term support.
import { Provider } from 'oidc-provider/lib/provider.js';
import { listen, type Running } from './listen.ts';

/** The audience of the tokens, and the only client. */
export const audience = 'https://api.example.com';
export const credentials = { client_id: 'orders-client', client_secret: 'a secret of this example only' } as const;

function configuration(): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' };
  return {
    clients: [
      {
        ...credentials,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256',
        // A request for a token without a proof is refused.
        dpop_bound_access_tokens: true,
      },
    ],
    clientAuthMethods: ['client_secret_basic'],
    cookies: { keys: [randomBytes(16).toString('base64url')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          audience,
          scope: 'read:orders',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256', kid: 'key-1' } },
        }),
      },
    },
    jwks: { keys: [jwk as never] },
    responseTypes: [],
    scopes: [],
  };
}

/** Starts an authorization server that binds every token to the key of its client, and requires nonces. */
export function startAuthorizationServer(): Promise<Running> {
  return listen((origin) => {
    const provider = new Provider(origin, configuration());
    const answer = provider.callback();
    return (request, response) => void answer(request, response);
  });
}
