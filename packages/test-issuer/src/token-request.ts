import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClientCredentials } from './options.ts';

/** A request for a token by the client-credentials grant. */
export interface GrantRequest {
  readonly endpoint: string;
  readonly client: ClientCredentials;
  readonly audience: string;
  readonly scope: string | undefined;
  readonly ca: string | undefined;
}

// Without a pool: a pooled socket would stay open and show up in the connection counts.
async function post(
  endpoint: string,
  form: URLSearchParams,
  authorization: string,
  ca?: string,
): Promise<IncomingMessage> {
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  const options = { method: 'POST', headers, agent: false } as const;
  const request = endpoint.startsWith('https:')
    ? requestHttps(endpoint, { ...options, ca })
    : requestHttp(endpoint, options);
  request.end(form.toString());
  const [response] = await once(request, 'response');
  return response;
}

function encodeBasic({ client_id, client_secret }: ClientCredentials): string {
  const pair = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function readToken(body: string): string | undefined {
  const answer: unknown = JSON.parse(body);
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer)) return undefined;
  return typeof answer.access_token === 'string' ? answer.access_token : undefined;
}

/** Requests an access token over HTTP. Rejects unless the answer is 200 with a token. */
export async function requestToken({ endpoint, client, audience, scope, ca }: GrantRequest): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', resource: audience });
  if (scope !== undefined) form.set('scope', scope);
  const response = await post(endpoint, form, encodeBasic(client), ca);
  const body = await text(response);
  const token = response.statusCode === 200 ? readToken(body) : undefined;
  if (token === undefined) throw new Error(`The token endpoint answered ${response.statusCode}: ${body}`);
  return token;
}
