import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { copyOptions, type VerifiedToken } from '@verifier/core';
import { concealFaults } from './conceal-faults.ts';
import { readContext } from './get-auth.ts';
import { validateCalled } from './validate-called.ts';

/** Selects the value that {@link Auth} passes to the parameter. */
export interface AuthParameter {
  /** One property of the token, instead of the whole. */
  readonly property?: keyof VerifiedToken;
  /** Passes null if the request is anonymous, instead of answering 401. */
  readonly optional?: boolean;
}

const readParameter = (parameter: AuthParameter, context: ExecutionContext): unknown => {
  const { property, optional = false } = parameter;
  const auth = concealFaults(context, () => readContext(context, '@Auth()', optional));
  return property === undefined || auth === null ? auth : auth[property];
};

const decorate: (data: AuthParameter, ...pipes: AuthPipe[]) => ParameterDecorator =
  createParamDecorator<AuthParameter>(readParameter);

/** A pipe for a parameter decorator of Nest. */
export type AuthPipe = Type<PipeTransform> | PipeTransform;

/**
 * The verified access token as a parameter of a route handler or resolver: `@Auth() auth: VerifiedToken`, or one of its
 * properties: `@Auth('subject') subject: string`. An anonymous request is answered with 401, unless the parameter has
 * `@Auth({ optional: true })` and so may be null.
 *
 * A decorator cannot check the type of its parameter. `getAuth<Claims>(request)` is typed.
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
  validateCalled(what, '@Auth()');
  // Without a prototype: what is absent must not be read from Object.prototype on a request.
  return decorate(copyOptions(typeof what === 'string' ? { property: what } : what), ...pipes);
}
