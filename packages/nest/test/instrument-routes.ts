import { RouterExecutionContext } from '@nestjs/core/router/router-execution-context.js';
import { vi } from 'vitest';

/** Replaces the function of each route, as `@opentelemetry/instrumentation-nestjs-core` does, until mocks are restored. */
export function instrumentRoutes(): void {
  const { create } = RouterExecutionContext.prototype;
  vi.spyOn(RouterExecutionContext.prototype, 'create').mockImplementation(function (this: never, ...args) {
    const [instance, callback, ...others] = args;
    const instrumented = function (this: unknown, ...given: unknown[]): unknown {
      return Reflect.apply(callback, this, given);
    };
    for (const key of Reflect.getMetadataKeys(callback)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, callback), instrumented);
    }
    return create.apply(this, [instance, instrumented, ...others]);
  });
}
