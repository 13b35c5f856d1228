import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folder } from './run-node.ts';

const root = join(folder, '../..');

interface Manifest {
  readonly private?: boolean;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
  readonly optionalDependencies?: object;
  readonly devDependencies?: object;
}

function namesIn(...lists: readonly (object | undefined)[]): string[] {
  return lists.flatMap((list) => Object.keys(list ?? {})).filter((name) => !name.startsWith('@verifier/'));
}

it('docs/dependencies.md lists every dependency, and only dependencies', () => {
  const files = globSync(['package.json', '{packages,examples}/*/package.json', 'scripts/package.json'], { cwd: root });
  const manifests = files.map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest);
  const isTool = (_: Manifest, index: number): boolean => /^(package|scripts\/package)\.json$/.test(files[index] ?? '');
  const shipped = manifests.filter((manifest) => manifest.private !== true);
  const known = new Set(
    manifests.flatMap((one) =>
      namesIn(one.dependencies, one.peerDependencies, one.optionalDependencies, one.devDependencies),
    ),
  );
  const text = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const listed = [...text.matchAll(/^\| (`.+?) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/(?<=`)[^`, ]+(?=`)/g) ?? [],
  );
  const needed = [
    ...shipped.flatMap((one) => namesIn(one.dependencies, one.peerDependencies)),
    ...manifests.filter(isTool).flatMap((one) => namesIn(one.devDependencies, one.optionalDependencies)),
  ];
  expect(listed).toEqual(expect.arrayContaining([...new Set(needed)]));
  expect([...known]).toEqual(expect.arrayContaining(listed));
  expect(listed).toHaveLength(new Set(listed).size);
});
