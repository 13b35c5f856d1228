import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bin?: unknown;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const manifests = globSync('packages/*/package.json', { cwd: root }).map((path) => JSON.parse(read(path)) as Manifest);
const published = manifests.filter((manifest) => manifest.private !== true);

describe.each(published)(
  '[SECURITY-SUPPLY-CHAIN] the published package $name',
  ({ name, scripts = {}, files, dependencies = {}, ...others }) => {
    it('runs no script at installation', () => {
      const hooks = Object.keys(scripts).filter((script) => /^(pre|post)?(install|prepare)$|^prepublish$/.test(script));
      expect(hooks).toEqual([]);
      expect([others.bin, others.optionalDependencies]).toEqual([undefined, undefined]);
    });

    it('contains its build and its sources, and nothing else', () => {
      expect([...(files ?? [])].sort()).toEqual(['dist', 'src']);
    });

    it('depends only on the listed packages', () => {
      const known =
        name === '@verifier/core' ? ['jose', 'leven', 'lru-cache', 'undici'] : ['@verifier/core', 'fastify-plugin'];
      expect(Object.keys(dependencies).filter((dependency) => !known.includes(dependency))).toEqual([]);
    });
  },
);

describe('an installation of the workspace', () => {
  const workspace = read('pnpm-workspace.yaml');
  const lockfile = read('pnpm-lock.yaml');

  it('uses no version younger than three days', () => {
    const [, minutes] = /^minimumReleaseAge: (\d+)$/m.exec(workspace) ?? [];
    expect(Number(minutes)).toBeGreaterThanOrEqual(3 * 24 * 60);
    expect(workspace).not.toContain('minimumReleaseAgeExclude');
  });

  it('runs the install scripts of listed packages only', () => {
    expect(workspace).toMatch(/^strictDepBuilds: true$/m);
    const [, decisions = ''] = /^allowBuilds:\n((?: {2}.+\n)+)/m.exec(workspace) ?? [];
    const allowed = [...decisions.matchAll(/^ {2}'?([^':]+)'?: true$/gm)].map(([, name]) => name);
    expect(allowed).toEqual(['node']);
  });

  it('is pinned by the lockfile, hashes included', () => {
    const [, packages = ''] = lockfile.split(/^packages:$/m);
    const [resolved = ''] = packages.split(/^snapshots:$/m);
    const resolutions = [...resolved.matchAll(/^ {4}resolution: (.+)$/gm)].map(([, resolution]) => resolution ?? '');
    expect(resolutions.length).toBeGreaterThan(100);
    expect(resolutions.filter((resolution) => !/integrity: sha512-|directory: packages\//.test(resolution))).toEqual(
      [],
    );
  });

  it('is not resolved again by a test run, locally or in CI', () => {
    expect(read('scripts/bootstrap.mjs')).toContain('install --frozen-lockfile');
    const workflows = globSync('.github/workflows/*.yml', { cwd: root }).map(read);
    for (const workflow of workflows) {
      for (const [, action] of workflow.matchAll(/uses: (\S+)/g)) expect(action).toMatch(/@[0-9a-f]{40}$/);
      for (const [line] of workflow.matchAll(/^.*(?:pnpm|npm|yarn) (?:install|ci|add).*$/gm))
        expect(line).toContain('frozen');
    }
    expect(workflows.length).toBeGreaterThan(0);
  });

  it('has no other lockfile', () => {
    expect(
      ['package-lock.json', 'yarn.lock', 'bun.lockb', 'npm-shrinkwrap.json'].filter((name) =>
        existsSync(join(root, name)),
      ),
    ).toEqual([]);
    expect(dirname(join(root, 'pnpm-lock.yaml'))).toBe(root.replace(/\/$/, ''));
  });
});
