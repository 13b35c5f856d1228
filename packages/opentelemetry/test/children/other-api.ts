// Gives the package another copy of the API than the SDK has, as two entries in a lockfile would.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) => {
    const isOwn = /\/packages\/opentelemetry\/dist\//.test(context.parentURL ?? '');
    return isOwn && specifier === '@opentelemetry/api'
      ? next('opentelemetry-api-1.9', { ...context, parentURL: import.meta.url })
      : next(specifier, context);
  },
});
