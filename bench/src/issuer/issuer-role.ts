import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { serve } from '../process/role.ts';
import type { PublicKey } from '../tokens/keys.ts';

/** Commands of the process of the authorization server. */
export type IssuerCommands = {
  /** Listens and returns its origin. */
  listen: { input: { readonly latencyMs: number }; output: string };
  /** Publishes a key set below a path; replaces the previous one. */
  publish: { input: { readonly path: string; readonly keys: readonly PublicKey[] }; output: undefined };
  /** Returns the number of documents requested since the last call. */
  takeCount: { input: undefined; output: number };
};

/**
 * Runs an authorization server with one issuer per path: `/name/.well-known/openid-configuration` and
 * `/name/v1/keys`. An unpublished path has the keys of its first segment.
 */
export function runIssuerRole(): void {
  const keySets = new Map<string, string>();
  let latency = 0;
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    void respond(request, response, keySets, latency);
  });
  serve<IssuerCommands>({
    listen: async ({ latencyMs }) => {
      latency = latencyMs;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', resolve);
      await promise;
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    publish: ({ path, keys }) => void keySets.set(path, JSON.stringify({ keys })),
    takeCount: () => {
      const taken = count;
      count = 0;
      return taken;
    },
  });
}

const discovery = '/.well-known/openid-configuration';
const keys = '/v1/keys';

async function respond(
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  keySets: ReadonlyMap<string, string>,
  latency: number,
): Promise<void> {
  if (latency > 0) await delay(latency);
  const body = documentAt(url, `http://${headers.host}`, keySets);
  const cacheControl = body === undefined ? 'no-store' : 'public, max-age=3600';
  response.writeHead(body === undefined ? 404 : 200, {
    'content-type': 'application/json',
    'cache-control': cacheControl,
  });
  response.end(body ?? '{"error":"not_found"}');
}

function documentAt(url: string, origin: string, keySets: ReadonlyMap<string, string>): string | undefined {
  if (url.endsWith(discovery)) {
    const issuer = origin + url.slice(0, -discovery.length);
    return JSON.stringify({ issuer, jwks_uri: issuer + keys, response_types_supported: ['code'] });
  }
  if (!url.endsWith(keys)) return undefined;
  const path = url.slice(0, -keys.length);
  return keySets.get(path) ?? keySets.get(path.slice(0, path.indexOf('/', 1)));
}
