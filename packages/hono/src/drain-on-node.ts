import { type DrainableRequest, drainBeforeEnd, type EndableResponse } from '@verifier/core';
import type { Context } from 'hono';

interface NodeBindings {
  readonly incoming: DrainableRequest;
  readonly outgoing: EndableResponse;
}

/** Lets @hono/node-server read the body of a refused request before it ends the response. Other servers need no such step. */
export function drainOnNode(c: Context): void {
  const bindings: unknown = c.env;
  if (isNodeBindings(bindings)) drainBeforeEnd(bindings.incoming, bindings.outgoing);
}

// On Workers, the application names its bindings, and a binding to another Worker has every member.
function isNodeBindings(bindings: unknown): bindings is NodeBindings {
  if (typeof bindings !== 'object' || bindings === null) return false;
  const { incoming, outgoing } = bindings as Partial<NodeBindings>;
  return incoming?.complete === false && outgoing?.shouldKeepAlive === false && typeof outgoing.end === 'function';
}
