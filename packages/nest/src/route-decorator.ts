import { ConfigurationError } from '@verifier/core';

/** A decorator for controllers and resolvers, and for their handlers. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/** The place of a decorated handler: its name on the prototype that declares it. */
export interface DecoratedMethod {
  readonly prototype: object;
  readonly name: string | symbol;
}

/**
 * Makes a decorator that writes to the object that Nest reads: the class itself, or the function of a handler.
 *
 * @param decorator - Its name, for the error.
 * @throws ConfigurationError for a property or an accessor, which Nest does not call as a handler.
 */
export function routeDecorator(
  decorator: string,
  write: (target: object, method: DecoratedMethod | undefined) => void,
): RouteDecorator {
  return (target: object, name?: unknown, descriptor?: { readonly value?: unknown }): void => {
    if (name === undefined) write(target, undefined);
    else if (isName(name) && typeof descriptor?.value === 'function')
      write(descriptor.value, { prototype: target, name });
    else throw misplaced(decorator, target, name);
  };
}

/** Applies several decorators as one. Passes on all arguments, so that each sees where it is written. */
export function combineDecorators(...decorators: readonly RouteDecorator[]): RouteDecorator {
  return (...place: [target: object, ...unknown[]]): void => {
    for (const decorator of decorators) Reflect.apply(decorator, undefined, place);
  };
}

function isName(name: unknown): name is string | symbol {
  return typeof name === 'string' || typeof name === 'symbol';
}

function misplaced(decorator: string, target: object, name: unknown): ConfigurationError {
  const place = isName(name) ? `${target.constructor?.name}.${String(name)}` : 'its target';
  return new ConfigurationError(
    `${decorator} belongs on a class or on a method, and ${place} is neither: write a method, and compile it with experimentalDecorators`,
  );
}
