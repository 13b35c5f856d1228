import { fromNodeRequest, type NodeRequest, type RequestLike } from '@verifier/core';

/** The context that graphql-ws has for a connection. Apollo passes it on as `req`. */
interface GraphqlConnection {
  readonly extra: { readonly request: NodeRequest };
  readonly connectionParams?: Readonly<Record<string, unknown>> | null;
}

/** Whether the request of a GraphQL operation is a connection of graphql-ws. */
export function isGraphqlConnection(request: unknown): request is GraphqlConnection {
  const upgrade: unknown = Object(Object(request).extra).request;
  return typeof Object(upgrade).headers === 'object';
}

/**
 * The upgrade request of a connection, with `Authorization` of its `connectionParams`, because a browser cannot set a header
 * for a WebSocket. Anything but text is malformed credentials: a client can send any JSON.
 */
export function connectionRequest({ extra, connectionParams }: GraphqlConnection): RequestLike {
  const upgrade = fromNodeRequest(extra.request);
  const entries = Object.entries(connectionParams ?? {});
  const sent = entries.filter(([name]) => name.toLowerCase() === 'authorization').map(([, value]) => value);
  const values = sent.map((value) => (typeof value === 'string' ? value : 'Bearer'));
  return {
    method: upgrade.method,
    url: () => upgrade.url(),
    header: (name) => (sent.length > 0 && name.toLowerCase() === 'authorization' ? values : upgrade.header(name)),
  };
}
