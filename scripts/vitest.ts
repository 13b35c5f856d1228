import { defineProject, type UserWorkspaceConfig } from 'vitest/config';

/** The vitest settings every package shares; `alias` maps an import to a file of the package's own source. */
export function packageTests(name: string, alias: Record<string, string> = {}): UserWorkspaceConfig {
  return defineProject({
    resolve: { alias },
    test: {
      name,
      environment: 'node',
      include: ['test/**/*.test.ts'],
      // Each test file has a process of its own: what a process shares is part of what is tested.
      pool: 'forks',
      testTimeout: 20_000,
      hookTimeout: 30_000,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  });
}
