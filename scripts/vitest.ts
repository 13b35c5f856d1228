import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { mergeConfig, type UserWorkspaceConfig, type ViteUserConfig } from 'vitest/config';

export interface PackageTests {
  /** The folder of the package. */
  folder: string;
  /** File patterns of the fast lane; by default every test file in the folder `test`. */
  tests?: readonly string[];
  /** Slow or heavy tests: file patterns for each lane, relative to the folder. */
  lanes?: Readonly<Record<string, readonly string[]>>;
  /** Settings that the package adds to all its projects. */
  settings?: UserWorkspaceConfig;
}

/** Throws for a pattern without a file: a renamed slow test would silently return to the fast lane. */
function requireFiles(folder: string, patterns: readonly string[]): void {
  for (const pattern of patterns) {
    if (globSync(pattern, { cwd: folder }).length === 0) throw new Error(`${folder}: no test file matches ${pattern}`);
  }
}

type TestSettings = Pick<NonNullable<UserWorkspaceConfig['test']>, 'exclude' | 'execArgv' | 'include'>;

// Tests provoke many warnings. Listeners still receive them; only the output of the run stays readable.
const quiet = ['--disable-warning=VerifierWarning'];

function createProject(name: string, folder: string, files: TestSettings): UserWorkspaceConfig {
  return {
    root: folder,
    test: {
      name,
      environment: 'node',
      ...files,
      // Process-wide state is part of what is tested, so each test file runs in its own process.
      pool: 'forks',
      // Projects do not inherit the value of the root. One extra worker, because tests wait a third of the time.
      maxWorkers: availableParallelism() + 1,
      testTimeout: 20_000,
      hookTimeout: 30_000,
      restoreMocks: true,
      unstubEnvs: true,
      unstubGlobals: true,
    },
  };
}

/**
 * The vitest projects of a package: its fast lane, named as the package, and one project `<package>-<lane>` for each
 * other lane. The fast lane runs every test file that no other lane names.
 */
export function packageTests(name: string, options: PackageTests): ViteUserConfig {
  const { folder, tests = ['test/**/*.test.ts'], lanes = {}, settings = {} } = options;
  const slow = Object.values(lanes).flat();
  requireFiles(folder, slow);
  const fastLane = createProject(name, folder, { include: [...tests], exclude: slow, execArgv: quiet });
  const otherLanes = Object.entries(lanes).map(([lane, files]) =>
    createProject(`${name}-${lane}`, folder, { include: [...files] }),
  );
  return { test: { projects: [fastLane, ...otherLanes].map((project) => mergeConfig(project, settings)) } };
}
