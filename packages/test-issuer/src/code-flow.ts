import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Adapter, Configuration, Provider } from 'oidc-provider';
import { ENDPOINTS } from './endpoints.ts';
import type { Settings } from './options.ts';

const account = 'alice';

/** The settings of the authorization code flow. Its only user has one account, and consents to every scope. */
export function codeFlow(issuer: string, settings: Settings): Configuration {
  return {
    adapter: memoryAdapters(),
    responseTypes: ['code'],
    routes: { jwks: ENDPOINTS.keys, token: ENDPOINTS.token, authorization: ENDPOINTS.authorization },
    interactions: { url: () => `${issuer}${ENDPOINTS.login}` },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: account, clientId: oidc.client?.clientId ?? '' });
      for (const resource of [oidc.params?.['resource']].flat()) {
        grant.addResourceScope(String(resource ?? settings.audience), settings.scopes.join(' '));
      }
      await grant.save();
      return grant;
    },
    ttl: {
      ClientCredentials: settings.tokenLifetime,
      AccessToken: settings.tokenLifetime,
      AuthorizationCode: 60,
      Grant: settings.tokenLifetime,
      Interaction: 60,
      Session: settings.tokenLifetime,
    },
  };
}

/** Logs the user in, and returns the browser to the authorization endpoint. */
export async function answerLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionFinished(request, response, { login: { accountId: account } });
}

type Stored = Parameters<Adapter['upsert']>[1];

// Codes and sessions are found again by other requests. Nothing of them expires within a test.
function memoryAdapters(): (model: string) => Adapter {
  const stored = new Map<string, Stored>();
  return (model) => ({
    upsert: async (id, entry) => void stored.set(`${model} ${id}`, entry),
    find: async (id) => stored.get(`${model} ${id}`),
    findByUserCode: async () => undefined,
    findByUid: async (uid) => [...stored.values()].find((entry) => entry.uid === uid),
    consume: async (id) => void Object.assign(stored.get(`${model} ${id}`) ?? {}, { consumed: 1 }),
    destroy: async (id) => void stored.delete(`${model} ${id}`),
    revokeByGrantId: async () => {},
  });
}
