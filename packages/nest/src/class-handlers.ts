import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { prototypesOf } from './route-rule.ts';

/** One module of the application. */
export type ContainedModule = ModulesContainer extends ReadonlyMap<string, infer TModule> ? TModule : never;

/** One method of a controller or a provider. */
export interface ClassHandler {
  readonly module: ContainedModule;
  readonly classOf: Type;
  readonly name: string;
  readonly handler: (...args: never[]) => unknown;
  /** The controller or provider; only a placeholder of its prototype if it is request-scoped. */
  readonly instance: unknown;
}

/** Returns the methods that Nest may call as handlers of routes. */
export function controllerHandlers(modules: ModulesContainer): ClassHandler[] {
  return [...modules.values()].flatMap((module) => handlersOf(module, [...module.controllers.values()]));
}

/**
 * Returns the function whose guards Nest reads: that of the instance of a controller, which need not be the method of its
 * class.
 */
export function calledHandler({ instance, name, handler }: Omit<ClassHandler, 'module' | 'classOf'>): object {
  const called: unknown = Object.getOwnPropertyDescriptor(Object(instance), name)?.value;
  return isFunction(called) ? called : handler;
}

/** Returns the methods that Nest may call as resolvers or as handlers of a gateway. */
export function providerHandlers(module: ContainedModule): ClassHandler[] {
  return handlersOf(module, [...module.providers.values()]);
}

type Wrappers = readonly { readonly metatype: unknown; readonly instance: unknown }[];

function handlersOf(module: ContainedModule, wrappers: Wrappers): ClassHandler[] {
  return wrappers.flatMap(({ metatype, instance }) => {
    if (!isClass(metatype)) return [];
    return methodNames(metatype).flatMap((name) => {
      const handler: unknown = Reflect.get(metatype.prototype, name);
      return isFunction(handler) ? [{ module, classOf: metatype, name, handler, instance }] : [];
    });
  });
}

function methodNames(classOf: object): string[] {
  const names = prototypesOf(classOf).flatMap((prototype) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
      .map(([name]) => name),
  );
  return [...new Set(names)];
}

function isClass(metatype: unknown): metatype is Type {
  return typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null;
}

function isFunction(value: unknown): value is ClassHandler['handler'] {
  return typeof value === 'function';
}
