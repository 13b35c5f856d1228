import { registerHooks } from 'node:module';
import type * as Core from '../../../src/index.ts';
import { lastWord } from '../child.ts';

/** The packages that were loaded by each moment. */
export interface Loaded {
  readonly afterImport: readonly string[];
  readonly afterCreation: readonly string[];
  readonly afterGivenKeys: readonly string[];
  readonly afterFetch: readonly string[];
}

const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? (url.startsWith('node:') ? url : undefined);
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

const [entry = '', issuer = '', audience = '', token = '', jwks = ''] = process.argv.slice(2);
const { createVerifier } = (await import(entry)) as typeof Core;
const afterImport = [...loaded];
const options = { issuer, audience };
const given = createVerifier({ ...options, jwks: JSON.parse(jwks) as Core.JSONWebKeySet });
const fetching = createVerifier(options);
const afterCreation = [...loaded];
await given.verify(token);
const afterGivenKeys = [...loaded];
await fetching.verify(token);
const report: Loaded = { afterImport, afterCreation, afterGivenKeys, afterFetch: [...loaded] };
lastWord(report);
