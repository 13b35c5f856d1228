import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ENDPOINTS } from './endpoints.ts';
import type { Settings } from './options.ts';

import type { Target, TrafficCounter } from './traffic-counter.ts';

/** The behaviour that a test may change while the server runs. */
export interface Conditions {
  /** Seconds before each document is answered. */
  latency: number;
  /** The `Cache-Control` header of each document. */
  cacheControl: string | undefined;
  /** Documents that replace the provider's own. */
  readonly documents: Map<Target, string>;
  /** Answers the requests that no document overrides. */
  provider: RequestListener;
}

interface Route {
  readonly target: Target;
  /** The path below the issuer's path; undefined if the answer is 404. */
  readonly path: string | undefined;
}

const OPENID = '/.well-known/openid-configuration';
const OAUTH = '/.well-known/oauth-authorization-server';

function listRoutes({ path, metadata }: Settings): Map<string, Route> {
  const offered = (kind: 'openid' | 'oauth'): string | undefined =>
    metadata === kind || metadata === 'both' ? OPENID : undefined;
  return new Map<string, Route>([
    [`${path}${OAUTH}`, { target: 'discovery', path: undefined }],
    [`${OAUTH}${path}`, { target: 'discovery', path: offered('oauth') }],
    [`${path}${OPENID}`, { target: 'discovery', path: offered('openid') }],
    [`${path}${ENDPOINTS.keys}`, { target: 'keys', path: ENDPOINTS.keys }],
    [`${path}${ENDPOINTS.token}`, { target: 'token', path: ENDPOINTS.token }],
  ]);
}

function answerJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

// The provider derives its mount point from the difference between the two URLs.
function mountAt(request: IncomingMessage, mount: string, path: string): IncomingMessage {
  return Object.assign(request, { originalUrl: `${mount}${path}`, url: path });
}

async function prepareDocument(response: ServerResponse, conditions: Conditions): Promise<boolean> {
  if (conditions.latency > 0) await delay(conditions.latency * 1000, undefined, { ref: false });
  if (response.destroyed) return false;
  if (conditions.cacheControl !== undefined) response.setHeader('cache-control', conditions.cacheControl);
  return true;
}

function isCodeFlow(pathname: string, mount: string): boolean {
  return [ENDPOINTS.authorization, ENDPOINTS.login].some((endpoint) => pathname.startsWith(`${mount}${endpoint}`));
}

/** Returns a listener that counts requests, delays and overrides documents, and passes the rest to the provider. */
export function routeRequests(settings: Settings, conditions: Conditions, traffic: TrafficCounter): RequestListener {
  const routes = listRoutes(settings);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [pathname = ''] = (request.url ?? '').split('?');
    if (settings.redirectUri !== undefined && isCodeFlow(pathname, settings.path)) {
      traffic.requestReceived(request.socket, 'other');
      return conditions.provider(
        mountAt(request, settings.path, request.url?.slice(settings.path.length) ?? ''),
        response,
      );
    }
    const { target, path }: Route = routes.get(pathname) ?? { target: 'other', path: undefined };
    traffic.requestReceived(request.socket, target);
    if (path === undefined) return answerJson(response, 404, '{"error":"not_found"}');
    if (target !== 'token' && !(await prepareDocument(response, conditions))) return;
    const document = conditions.documents.get(target);
    if (document !== undefined) return answerJson(response, 200, document);
    conditions.provider(mountAt(request, settings.path, path), response);
  };
  return (request, response) => void answer(request, response);
}
