import { registerHooks } from 'node:module';
import type * as Core from '../../../src/index.ts';
import { lastWord } from '../child.ts';

/** The packages that were loaded by each moment. */
export interface Loaded {
  readonly afterImport: readonly string[];
  readonly afterCreation: readonly string[];
  readonly afterGivenKeys: readonly string[];
  readonly afterFetch: readonly string[];
  /** The files of the package itself, before a verifier had the options `dpop` and `mtls`, and afterwards. */
  readonly own: readonly string[];
  readonly ownWithBinding: readonly string[];
}

const [entry = '', issuer = '', audience = '', token = '', jwks = ''] = process.argv.slice(2);
const loaded = new Set<string>();
const own = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? (url.startsWith('node:') ? url : undefined);
    if (name !== undefined) loaded.add(name);
    if (url.startsWith(new URL('.', entry).href)) own.add(url.slice(url.lastIndexOf('/') + 1));
    return next(url, context);
  },
});

const { createVerifier } = (await import(entry)) as typeof Core;
const afterImport = [...loaded];
const options = { issuer, audience };
const given = createVerifier({ ...options, jwks: JSON.parse(jwks) as Core.JSONWebKeySet });
const fetching = createVerifier(options);
const afterCreation = [...loaded];
await given.verify(token);
const afterGivenKeys = [...loaded];
await fetching.verify(token);
const afterFetch = [...loaded];
const ownFiles = [...own];
const dpop = { publicUrl: 'https://api.example' };
createVerifier({ ...options, dpop, mtls: { certificate: 'tls' } });
await new Promise((resolve) => setTimeout(resolve, 200));
const report: Loaded = {
  afterImport,
  afterCreation,
  afterGivenKeys,
  afterFetch,
  own: ownFiles,
  ownWithBinding: [...own],
};
lastWord(report);
