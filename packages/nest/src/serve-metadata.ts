import type { ServerResponse } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import {
  answerMetadataOfOrigin,
  drainRequest,
  type MetadataAnswer,
  type MetadataResult,
  type Verifier,
} from '@verifier/core';
import type { PlatformRequest } from './platform-request.ts';
import { toRequestLike } from './to-request-like.ts';

type Answer = (request: PlatformRequest) => MetadataResult;
type Next = (error?: unknown) => void;

interface ExpressApp {
  use(step: (request: PlatformRequest, response: ServerResponse, next: Next) => void): unknown;
}

interface FastifyApp {
  addHook(name: 'onRequest', hook: (request: PlatformRequest, reply: FastifyReply, done: Next) => void): unknown;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  code(status: number): { headers(headers: object): { send(body: string): unknown } };
}

// The verifiers of one application, by its HTTP adapter: each module may protect a resource of its own.
const served = new WeakMap<object, Verifier[]>();

/**
 * Serves the metadata of a verifier with the option `resource`: on the platform itself, before its body parsers, so that neither
 * a global prefix, a version nor a guard applies. A testing module has its HTTP adapter only later.
 */
export function serveMetadata(host: HttpAdapterHost, verifier: Verifier): void {
  if (verifier.resource === undefined) return;
  if (host.httpAdapter) addVerifier(host, verifier);
  else host.init$.subscribe(() => addVerifier(host, verifier));
}

function addVerifier({ httpAdapter }: HttpAdapterHost, verifier: Verifier): void {
  const known = served.get(httpAdapter);
  if (known !== undefined) return void known.push(verifier);
  const verifiers = [verifier];
  served.set(httpAdapter, verifiers);
  const answer: Answer = (request) => answerMetadataOfOrigin(verifiers, toRequestLike(request));
  // An application without an HTTP server has neither.
  if (httpAdapter.getType() === 'express') addExpressStep(httpAdapter.getInstance(), answer);
  else if (httpAdapter.getType() === 'fastify') addFastifyStep(httpAdapter.getInstance(), answer);
}

function addExpressStep(app: ExpressApp, answerTo: Answer): void {
  app.use((request, response, next) => {
    const answer = answerTo(request);
    if (answer === undefined) return next();
    return void write(answer, response, ({ status, headers, body }) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.statusCode = status;
      response.end(body);
    }).catch(next);
  });
}

function addFastifyStep(app: FastifyApp, answerTo: Answer): void {
  app.addHook('onRequest', (request, reply, done) => {
    const answer = answerTo(request);
    if (answer === undefined) return done();
    return void write(answer, reply.raw, ({ status, headers, body }) =>
      reply
        .code(status)
        .headers({ ...headers })
        .send(body),
    ).catch(done);
  });
}

async function write(
  result: NonNullable<MetadataResult>,
  response: ServerResponse,
  send: (answer: MetadataAnswer) => unknown,
): Promise<void> {
  const answer = await result;
  await drainRequest(response.req, response);
  if (!response.headersSent) send(answer);
}
