import type { Listen } from './servers/server.ts';

export const frameworks = ['express', 'fastify', 'nest', 'hono'] as const;
export type Framework = (typeof frameworks)[number];

/** A server that is not loaded yet. */
export interface ServerEntry {
  readonly framework: Framework;
  readonly label: string;
  readonly kind: 'bare' | 'limit' | 'ours' | 'peer';
  readonly load: () => Promise<Listen>;
}

const express = () => import('./servers/express-servers.ts');
const fastify = () => import('./servers/fastify-servers.ts');
const nest = () => import('./servers/nest-servers.ts');
const hono = () => import('./servers/hono-servers.ts');

/** All measured servers by name. */
const servers = {
  'express-bare': bare('express', 'Express', async () => (await express()).bare),
  'express-limit': limit('express', async () => (await express()).limit),
  'express-verifier': ours('express', async () => (await express()).verifier),
  'express-oauth2-jwt-bearer': peer(
    'express',
    'express-oauth2-jwt-bearer',
    async () => (await express()).oauth2JwtBearer,
  ),
  'express-passport-jwt': peer('express', 'passport-jwt', async () => (await express()).passportJwt),
  'fastify-bare': bare('fastify', 'Fastify', async () => (await fastify()).bare),
  'fastify-limit': limit('fastify', async () => (await fastify()).limit),
  'fastify-verifier': ours('fastify', async () => (await fastify()).verifier),
  'fastify-jwt-jwks': peer('fastify', 'fastify-jwt-jwks', async () => (await fastify()).jwtJwks),
  'fastify-jwt': peer('fastify', '@fastify/jwt', async () => (await fastify()).jwtWithGetJwks),
  'fastify-jwt-cached': peer('fastify', '@fastify/jwt, cache', async () => (await fastify()).jwtWithGetJwksCached),
  'nest-bare': bare('nest', 'NestJS', async () => (await nest()).bare),
  'nest-limit': limit('nest', async () => (await nest()).limit),
  'nest-verifier': ours('nest', async () => (await nest()).verifier),
  'nest-passport': peer('nest', '@nestjs/passport', async () => (await nest()).passport),
  'hono-bare': bare('hono', 'Hono', async () => (await hono()).bare),
  'hono-limit': limit('hono', async () => (await hono()).limit),
  'hono-verifier': ours('hono', async () => (await hono()).verifier),
  'hono-jwk': peer('hono', 'hono/jwk', async () => (await hono()).jwkByUri),
  'hono-jwk-keys': peer('hono', 'hono/jwk, keys given', async () => (await hono()).jwkByKeys),
} as const satisfies Readonly<Record<string, ServerEntry>>;

export type ServerName = keyof typeof servers;

/** Returns the catalog's entry for a server. */
export function serverOf(name: ServerName): ServerEntry {
  return servers[name];
}

/** Whether a server of that name exists. */
export function isServer(name: string): name is ServerName {
  return name in servers;
}

/** Returns the servers of a framework, the one without a guard first. */
export function serversOf(framework: Framework): ServerName[] {
  return (Object.keys(servers) as ServerName[]).filter((name) => serverOf(name).framework === framework);
}

function bare(framework: Framework, label: string, load: ServerEntry['load']): ServerEntry {
  return { framework, label: `${label} alone`, kind: 'bare', load };
}

function limit(framework: Framework, load: ServerEntry['load']): ServerEntry {
  return { framework, label: 'limit: node:crypto', kind: 'limit', load };
}

function ours(framework: Framework, load: ServerEntry['load']): ServerEntry {
  return { framework, label: `@verifier/${framework}`, kind: 'ours', load };
}

function peer(framework: Framework, label: string, load: ServerEntry['load']): ServerEntry {
  return { framework, label, kind: 'peer', load };
}
