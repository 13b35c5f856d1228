import { ConfigurationError } from '../errors.ts';

/**
 * Returns the error for a function that makes a middleware, if a framework calls it as one: `app.use(oktaAuth)`.
 *
 * @param first - The first argument of the call: options or requirements, or the request or context of a framework.
 * @param call - The call that the application must write.
 */
export function denyUncalled(first: unknown, call: string): ConfigurationError | undefined {
  if (!isRequest(first)) return undefined;
  const [name] = call.split('(');
  return new ConfigurationError(`${name} makes a middleware and is none: call it, as in ${call}`);
}

// A request of Node.js or of Fastify, or the context of Hono or Koa. Options have none of these members.
function isRequest(value: unknown): boolean {
  const { method, headers, req } = Object(value) as { method?: unknown; headers?: unknown; req?: unknown };
  return isObject(req) || (typeof method === 'string' && isObject(headers));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
