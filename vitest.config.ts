import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Vitest would prefix the projects of a nested config file with a name, so `--project core` could not select one. */
async function projectsOf(file: string): Promise<NonNullable<NonNullable<ViteUserConfig['test']>['projects']>> {
  const url = pathToFileURL(join(import.meta.dirname, file)).href;
  const { default: config } = (await import(url)) as { default: ViteUserConfig };
  return config.test?.projects ?? [];
}

const files = globSync('{packages,examples}/*/vitest.config.ts', { cwd: import.meta.dirname }).sort();

export default defineConfig({
  test: {
    projects: (await Promise.all(files.map(projectsOf))).flat(),
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
    },
  },
});
