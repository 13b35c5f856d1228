import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../..', import.meta.url));
const adapters = ['express', 'fastify', 'hono', 'nest'];
const providers = ['auth0', 'authentik', 'cognito', 'dex', 'entra', 'keycloak', 'okta'];
const others = ['ConfigurationError', 'authenticateUpgrade', 'createVerifier', 'isAuthError', 'isConfigurationError'];

async function exportsOf(name: string): Promise<Record<string, unknown>> {
  return await import(pathToFileURL(join(packages, name, 'dist', 'index.js')).href);
}

/** The names in the statement that re-exports from core, types included. */
function reExportsOf(name: string): string[] {
  const source = readFileSync(join(packages, name, 'src', 'index.ts'), 'utf8');
  const [, names = ''] = /^export \{([^}]*)\} from '@verifier\/core';$/m.exec(source) ?? [];
  return names.split(',').flatMap((entry) => entry.trim() || []);
}

/** The words in the code blocks of a README. */
function wordsInCodeOf(name: string): Set<string> {
  const page = readFileSync(join(packages, name, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/^```[jt]s[^\n]*\n(.*?)^```/gms)].map(([, code = '']) => code);
  return new Set(blocks.join('\n').match(/\w+/g));
}

describe.each(adapters)('@verifier/%s', (name) => {
  it('[ADAPTERS-EXPORTS] exports what an application needs of core', async () => {
    const core = await exportsOf('core');
    const adapter = await exportsOf(name);
    for (const needed of [...providers, ...others]) {
      expect(core[needed], needed).toBeTypeOf('function');
      expect(adapter[needed], needed).toBe(core[needed]);
    }
  });

  it('[ADAPTERS-EXPORTS] exports everything of core that the code in its README uses', async () => {
    const core = await exportsOf('core');
    const adapter = await exportsOf(name);
    const used = [...wordsInCodeOf(name)].filter((word) => Object.hasOwn(core, word));
    expect(used.filter((word) => !Object.hasOwn(adapter, word))).toEqual([]);
  });

  it('[ADAPTERS-EXPORTS] exports the same names of core as the other adapters', () => {
    expect(reExportsOf(name).length).toBeGreaterThan(providers.length + others.length);
    expect(reExportsOf(name)).toEqual(reExportsOf('express'));
  });
});
