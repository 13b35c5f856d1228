import { answerMetadataOfOrigin, fromNodeRequest, type MetadataResult, type Verifier } from '@verifier/core';
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { afterDraining } from './answer-error.ts';
import type { AnyRequest } from './fastify-types.ts';
import { NodeView } from './node-view.ts';
import { rootOf } from './scope-names.ts';

/** The APIs of one application. */
interface Origin {
  readonly verifiers: Verifier[];
  readonly paths: Set<string>;
  readonly hook: onRequestHookHandler;
}

// A registered symbol: two copies of this package recognize the routes of each other.
const metadataMark: unique symbol = Symbol.for('@verifier/fastify/metadata');

const origins = new WeakMap<FastifyInstance, Origin>();

/** Whether a request is for a route of metadata, which needs no token whatever hooks the application has. */
export function isMetadataRoute({ routeOptions }: AnyRequest): boolean {
  const config: object | undefined = routeOptions?.config;
  return config !== undefined && Object.hasOwn(config, metadataMark);
}

/**
 * Adds the route of the metadata of a verifier to the application: without the prefix and the hooks of the scope that
 * registers the plugin, and once for each path.
 */
export function addMetadataRoute(scope: FastifyInstance, verifier: Verifier): void {
  const root = rootOf(scope);
  const { verifiers, paths, hook } = origins.get(root) ?? openOrigin(root);
  verifiers.push(verifier);
  for (const path of verifier.resource?.paths ?? []) {
    if (paths.has(path)) continue;
    paths.add(path);
    root.route({
      method: [...root.supportedMethods],
      // A colon begins a parameter.
      url: path.replaceAll(':', '::'),
      config: Object({ auth: false, [metadataMark]: true }),
      schema: Object({ hide: true }),
      onRequest: hook,
      handler: (_request, reply) => reply.callNotFound(),
    });
  }
}

// Unknown routes, too: no route is added for a place that may have none, or one of the application.
function openOrigin(root: FastifyInstance): Origin {
  const verifiers: Verifier[] = [];
  const origin: Origin = { verifiers, paths: new Set(), hook: toHook(verifiers) };
  origins.set(root, origin);
  root.addHook('onRequest', (request, reply, done) => {
    if (request.is404) origin.hook.call(root, request, reply, done);
    else done();
  });
  return origin;
}

// Before a body is read, so that a method that is not allowed is answered at once.
function toHook(verifiers: readonly Verifier[]): onRequestHookHandler {
  return (request, reply, done) => {
    const answer = answerMetadataOfOrigin(verifiers, fromNodeRequest(new NodeView(request)));
    if (answer === undefined) done();
    else write(answer, reply).catch(done);
  };
}

async function write(result: NonNullable<MetadataResult>, reply: FastifyReply): Promise<void> {
  const { status, headers, body } = await result;
  afterDraining(reply, () => {
    if (!reply.sent && !reply.raw.headersSent)
      reply
        .code(status)
        .headers({ ...headers })
        .send(body);
  });
}
