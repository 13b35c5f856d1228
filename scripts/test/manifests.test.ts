import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readmeFaults } from '../readme-faults.ts';
import { repositoryUrl, toAbsoluteLinks, toRelativeLinks } from '../readme-links.mjs';
import { typePairs } from '../tarball-types.ts';
import { publishedPackages, root } from '../workspace.ts';

const packages = publishedPackages().map(({ folder, manifest }) => ({
  name: manifest.name,
  path: relative(root, folder),
  manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>,
  readme: readFileSync(join(folder, 'README.md'), 'utf8'),
  files: ['package.json', 'README.md', 'LICENSE'],
}));

describe('a published package', () => {
  it.each(packages)('[PACKAGES-MANIFEST] $name names the repository of the root', ({ path, manifest }) => {
    expect(manifest).toMatchObject({
      homepage: `${repositoryUrl()}/tree/main/${path}#readme`,
      bugs: { url: `${repositoryUrl()}/issues` },
      repository: { type: 'git', url: `git+${repositoryUrl()}.git`, directory: path },
      license: 'Apache-2.0',
      sideEffects: false,
      engines: { node: '>=22.19' },
      files: ['dist', 'src'],
      publishConfig: { access: 'public', provenance: true },
    });
  });

  it.each(packages)('[PACKAGES-WORDS] $name is found by the words of its field', ({ manifest, readme }) => {
    expect(manifest['keywords']).toEqual(expect.arrayContaining(['jwt', 'jwks', 'oauth2', 'oidc', 'okta']));
    const [, paragraph = ''] = readme.split('\n\n');
    for (const word of ['JWT', 'JWKS', 'OAuth 2.0', 'OpenID Connect']) {
      expect(manifest['description']).toContain(word);
      expect(paragraph).toContain(word);
    }
  });

  it.each(packages)('[PACKAGES-TYPES] $name declares each subpath for `node10`', ({ manifest }) => {
    const { exports, typesVersions } = manifest as {
      exports: Record<string, string | { types: string }>;
      typesVersions?: Record<string, unknown>;
    };
    const subpaths = Object.entries(exports).flatMap(([key, target]) =>
      key === '.' || typeof target === 'string' ? [] : [[key.slice(2), [target.types]]],
    );
    expect(typesVersions?.['*'] ?? {}).toEqual(Object.fromEntries(subpaths));
  });
});

describe('the README of a package', () => {
  it.each(packages)('[PACKAGES-LINKS] of $name has links that work when it is packed', ({ path, readme, files }) => {
    const packed = toAbsoluteLinks(readme, path);
    expect(packed).not.toMatch(/\]\(\.\.\//);
    expect(readmeFaults(packed, files)).toEqual([]);
    expect(toRelativeLinks(packed, path)).toBe(readme);
  });

  it.each([
    ['a relative link', '[a](../../docs/errors.md)', 'is not in the tarball'],
    ['an absolute link to no file', `[a](${repositoryUrl()}/blob/main/docs/no-page.md)`, 'is not in the repository'],
    ['an absolute link to no heading', `[a](${repositoryUrl()}/blob/main/docs/errors.md#none)`, 'no such heading'],
    ['a link to none of its own headings', '# Title\n\n[a](#none)', 'no such heading'],
  ])('[PACKAGES-LINKS] may not have %s', (_, page, fault) => {
    expect(readmeFaults(page, ['README.md'])).toEqual([expect.stringContaining(fault)]);
  });

  it('[PACKAGES-LINKS] keeps links to other places, and to its own files and headings', () => {
    const page = `# Title\n\n[a](https://example.com/x) [b](#title) [c](LICENSE) [d](${repositoryUrl()}/blob/main/docs/errors.md#codes)`;
    expect(readmeFaults(page, ['LICENSE'])).toEqual([]);
  });
});

describe('the README of the repository', () => {
  it('[PACKAGES-TYPES] lists the settings of TypeScript that the tarballs are compiled with', () => {
    const rows = typePairs.map(({ module, moduleResolution, file, versions }) => {
      const modules = module === 'commonjs' || file.endsWith('.cts') ? 'CommonJS' : 'ES modules';
      return `| \`${module}\` | \`${moduleResolution}\` | ${modules} | ${versions[0]} to ${versions.at(-1)} |`;
    });
    const [, section = ''] = readFileSync(join(root, 'README.md'), 'utf8').split('## TypeScript\n');
    expect(
      section
        .split('\n## ')[0]
        ?.match(/^\| `.*$/gm)
        ?.slice(1),
    ).toEqual(rows);
  });
});
