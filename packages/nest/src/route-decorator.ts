/** A decorator for controllers and resolvers, and for their handlers. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/** Makes a decorator that writes to the object that Nest reads: the class itself, or the function of a handler. */
export function routeDecorator(write: (target: object) => void): RouteDecorator {
  return (target: object, _key?: string | symbol, descriptor?: { readonly value?: unknown }): void => {
    write(Object(descriptor?.value ?? target));
  };
}
