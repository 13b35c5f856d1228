import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ENDPOINTS } from './authorization-server.ts';
import type { Settings } from './options.ts';
import type { Target, Traffic } from './traffic.ts';

/** What tests may change while the issuer runs. */
export interface Conditions {
  latency: number;
  cacheControl: string | undefined;
  /** Documents served instead of the issuer's own. */
  readonly documents: Map<Target, string>;
  /** Answers what is not overridden. */
  server: RequestListener;
}

interface Route {
  readonly target: Target;
  /** The path below the issuer's own; nothing where the request is refused. */
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

// The mount point is what the original URL has in front of the rewritten one.
function passOn(request: IncomingMessage, response: ServerResponse, mount: string, path: string, to: Conditions): void {
  Object.assign(request, { originalUrl: `${mount}${path}`, url: path });
  to.server(request, response);
}

async function answerDocument(response: ServerResponse, conditions: Conditions): Promise<boolean> {
  if (conditions.latency > 0) await delay(conditions.latency * 1000, undefined, { ref: false });
  if (response.destroyed) return false;
  if (conditions.cacheControl !== undefined) response.setHeader('cache-control', conditions.cacheControl);
  return true;
}

/** Makes the listener in front of the authorization server: it counts, delays, overrides, and passes on. */
export function createFrontDoor(settings: Settings, conditions: Conditions, traffic: Traffic): RequestListener {
  const routes = listRoutes(settings);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [pathname = ''] = (request.url ?? '').split('?');
    const { target, path }: Route = routes.get(pathname) ?? { target: 'other', path: undefined };
    traffic.requested(request.socket, target);
    if (path === undefined) return answerJson(response, 404, '{"error":"not_found"}');
    if (target !== 'token' && !(await answerDocument(response, conditions))) return;
    const document = conditions.documents.get(target);
    if (document !== undefined) return answerJson(response, 200, document);
    passOn(request, response, settings.path, path, conditions);
  };
  return (request, response) => void answer(request, response);
}
