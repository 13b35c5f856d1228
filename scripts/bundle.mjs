// Runs in the folder of a published package after tsc. Bundles each entry point of its manifest into one file, and shared
// code into another: Node.js spends more time on loading a file than on parsing its code.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const [folder = 'dist'] = process.argv.slice(2);
const { exports, imports = {} } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Returns the names of the `dist` files in a map of conditions.
 * @param {unknown} target
 * @returns {string[]}
 */
function outputsIn(target) {
  if (typeof target === 'object' && target !== null) return Object.values(target).flatMap(outputsIn);
  return typeof target === 'string' && /^\.\/dist\/.*\.js$/.test(target)
    ? [target.slice('./dist/'.length, -'.js'.length)]
    : [];
}

const names = [...new Set([...outputsIn(exports), ...outputsIn(imports)])];
const input = Object.fromEntries(names.map((name) => [name, `./src/${name}.ts`]));

const bundle = await rolldown({ input, external: /^[^./]/, tsconfig: './tsconfig.json', platform: 'neutral' });
const { output } = await bundle.write({
  dir: folder,
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
});

const written = new Set(output.map(({ fileName }) => join(folder, fileName)));
const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const entry of found) {
  const file = join(entry.parentPath, entry.name);
  if (/\.js(\.map)?$/.test(file) && !written.has(file)) rmSync(file);
}
