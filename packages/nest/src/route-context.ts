import type { ExecutionContext, Type } from '@nestjs/common';
import { readMethodName } from './written-rule.ts';

/** One route of a controller, which Nest calls with the request. */
export interface RouteHandler {
  readonly classOf: Type;
  readonly name: string;
  readonly handler: (...args: never[]) => unknown;
}

type HttpArguments = readonly [request: unknown, response: unknown, next: unknown];

/** The context of a request before Nest handles it. Nest creates another one for its guards. */
export class RouteContext implements ExecutionContext {
  readonly #routes: readonly [RouteHandler, ...RouteHandler[]];
  readonly #arguments: HttpArguments;

  /** @param routes - The routes that may handle the request: one, or several with the same requirements. */
  constructor(routes: readonly [RouteHandler, ...RouteHandler[]], args: HttpArguments) {
    this.#routes = routes;
    this.#arguments = args;
  }

  /** Whether Nest handles the request by one of these routes. */
  includes(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return false;
    const name = readMethodName(context.getHandler());
    return this.#routes.some((route) => route.classOf === context.getClass() && route.name === name);
  }

  getClass<TClass>(): Type<TClass> {
    return this.#routes[0].classOf as Type<TClass>;
  }

  getHandler(): RouteHandler['handler'] {
    return this.#routes[0].handler;
  }

  getType<TContext extends string>(): TContext {
    return 'http' as TContext;
  }

  getArgs<TArguments extends unknown[]>(): TArguments {
    return [...this.#arguments] as unknown as TArguments;
  }

  getArgByIndex<TArgument>(index: number): TArgument {
    return this.#arguments[index] as TArgument;
  }

  switchToHttp(): ReturnType<ExecutionContext['switchToHttp']> {
    return {
      getRequest: <TRequest>() => this.#arguments[0] as TRequest,
      getResponse: <TResponse>() => this.#arguments[1] as TResponse,
      getNext: <TNext>() => this.#arguments[2] as TNext,
    };
  }

  switchToRpc(): never {
    throw new TypeError('The context of an HTTP request has no message');
  }

  switchToWs(): never {
    throw new TypeError('The context of an HTTP request has no socket');
  }
}

/** Whether the context that was authenticated is that of the route that Nest handles now. */
export function isSameRoute(authenticated: object, context: ExecutionContext): boolean {
  return authenticated === context || (authenticated instanceof RouteContext && authenticated.includes(context));
}
