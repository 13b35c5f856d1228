import type { RouteAuth } from './route-auth-reader.ts';

/** The part of a request that is read. Any `FastifyRequest` fits, whatever its server, route and type provider. */
export interface AnyRequest {
  readonly raw: { readonly rawHeaders: readonly string[]; readonly socket?: object };
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
  readonly originalUrl: string;
  readonly protocol: string;
  readonly host: string;
  readonly routeOptions: { readonly config: { readonly auth?: RouteAuth } };
}

/** The part that every `FastifyReply` has, whatever the reply type of its route. */
export interface AnyReply {
  readonly sent: boolean;
  readonly raw: { readonly headersSent: boolean };
}
