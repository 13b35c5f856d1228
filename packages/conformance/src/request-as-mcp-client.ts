import { DpopSession, type FetchLike, withDpop } from '@modelcontextprotocol/client';
import { publicUrl } from './proof-builder.ts';
import { type SigningContext, signed } from './token-builder.ts';

/**
 * Sends requests to `/protected` with the client of the Model Context Protocol and DPoP. The client calls the public URL,
 * as through a proxy.
 *
 * @returns The status of each answer.
 */
export async function requestAsMcpClient(
  origin: string,
  context: SigningContext,
  count: number,
): Promise<readonly number[]> {
  const session = await DpopSession.create({ alg: 'ES256' });
  const token = signed({ cnf: { jkt: session.thumbprint } })(context);
  const statuses: number[] = [];
  const forward: FetchLike = async (url, init) => {
    const response = await fetch(`${origin}${new URL(url).pathname}`, init);
    statuses.push(response.status);
    return response;
  };
  const send = withDpop(session, () => token)(forward);
  for (let sent = 0; sent < count; sent += 1) await send(`${publicUrl}/protected`);
  return statuses;
}
