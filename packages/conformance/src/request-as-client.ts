import {
  type Client,
  customFetch,
  DPoP,
  generateKeyPair,
  isDPoPNonceError,
  type ProtectedResourceRequestOptions,
  protectedResourceRequest,
} from 'oauth4webapi';
import { publicUrl } from './proof-builder.ts';
import { type SigningContext, signed } from './token-builder.ts';

const client: Client = { client_id: 'client-1' };

/**
 * Sends requests to `/protected` with oauth4webapi and DPoP, and repeats a request that needs a nonce. The client calls the
 * public URL, as through a proxy.
 *
 * @returns The status of each answer.
 */
export async function requestAsClient(
  origin: string,
  context: SigningContext,
  count: number,
): Promise<readonly number[]> {
  const handle = DPoP(client, await generateKeyPair('ES256'));
  const token = signed({ cnf: { jkt: await handle.calculateThumbprint() } })(context);
  const statuses: number[] = [];
  const options: ProtectedResourceRequestOptions = {
    DPoP: handle,
    [customFetch]: async (url, { method, headers }) => {
      const response = await fetch(`${origin}${new URL(url).pathname}`, { method, headers });
      statuses.push(response.status);
      return response;
    },
  };
  const send = (): Promise<Response> =>
    protectedResourceRequest(token, 'GET', new URL(`${publicUrl}/protected`), undefined, undefined, options);
  for (let sent = 0; sent < count; sent += 1) {
    try {
      await send();
    } catch (error) {
      if (!isDPoPNonceError(error)) throw error;
      await send();
    }
  }
  return statuses;
}
