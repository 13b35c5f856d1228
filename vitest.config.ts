import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

type Projects = NonNullable<NonNullable<ViteUserConfig['test']>['projects']>;

/** Vitest would prefix the projects of a nested config file with a name, so `--project core` could not select one. */
async function projectsOf(file: string): Promise<Projects> {
  const url = pathToFileURL(join(import.meta.dirname, file)).href;
  const { default: config } = (await import(url)) as { default: ViteUserConfig };
  return config.test?.projects ?? [];
}

export default defineConfig(async (): Promise<ViteUserConfig> => {
  const projects: Projects = [];
  const files = globSync('{packages/*,examples/*,bench,scripts}/vitest.config.ts', { cwd: import.meta.dirname }).sort();
  // One after the other: knip's loader cannot import one module from several places at once.
  for (const file of files) projects.push(...(await projectsOf(file)));
  return { test: { projects, coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] } } };
});
