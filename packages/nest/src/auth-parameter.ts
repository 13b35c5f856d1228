import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import type { VerifiedToken } from '@verifier/core';
import { findStateOf } from './get-auth.ts';
import { readState } from './request-state.ts';

/** What {@link Auth} hands to the parameter. */
export interface AuthParameter {
  /** One property of the token, instead of the whole. */
  readonly property?: keyof VerifiedToken;
  /** Hands over null where the request is anonymous, instead of refusing it with 401. */
  readonly optional?: boolean;
}

const readParameter = ({ property, optional = false }: AuthParameter, context: ExecutionContext): unknown => {
  const auth = readState(findStateOf(context), '@Auth()', optional);
  return property === undefined || auth === null ? auth : auth[property];
};

const parameter: (data: AuthParameter, ...pipes: AuthPipe[]) => ParameterDecorator =
  createParamDecorator<AuthParameter>(readParameter);

/** A pipe, as the parameter decorators of Nest take them. */
export type AuthPipe = Type<PipeTransform> | PipeTransform;

/**
 * The verified access token as a parameter of a route handler or resolver: `@Auth() auth: VerifiedToken`, or one of its
 * properties: `@Auth('subject') subject: string`. Handlers never see null by it, unless they ask with
 * `@Auth({ optional: true })`: otherwise an anonymous request is refused with 401.
 *
 * A decorator cannot check the type that you write beside it. `getAuth<Claims>(request)` is the typed way.
 *
 * @param what - A property of {@link VerifiedToken}, or {@link AuthParameter}; the whole token by default.
 * @param pipes - Pipes for the value, such as a `ValidationPipe` for `@Auth('claims')`.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { Auth, type VerifiedToken } from '@verifier/nest';
 *
 * export @Controller('profile') class ProfileController { @Get() show(@Auth() auth: VerifiedToken) { return auth.scopes; } }
 * ```
 */
export function Auth(what: keyof VerifiedToken | AuthParameter = {}, ...pipes: AuthPipe[]): ParameterDecorator {
  return parameter(typeof what === 'string' ? { property: what } : what, ...pipes);
}
