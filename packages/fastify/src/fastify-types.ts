import type { RouteAuth } from './route-auth.ts';

/** What is read of a request: any `FastifyRequest`, whatever its server, its route and its type provider. */
export interface AnyRequest {
  readonly raw: { readonly rawHeaders: readonly string[] };
  readonly method: string;
  readonly originalUrl: string;
  readonly protocol: string;
  readonly host: string;
  readonly routeOptions: { readonly config: { readonly auth?: RouteAuth } };
}

/** What every `FastifyReply` has, whatever its route may answer. */
export interface AnyReply {
  readonly sent: boolean;
  readonly raw: { readonly headersSent: boolean };
}
