// Runs in the folder of a published package after the compiler: bundles each entry point of its manifest into one file,
// and their shared code into another. Node.js spends more time on opening a module file than on parsing it.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

const [folder = 'dist'] = process.argv.slice(2);
const { exports, imports = {} } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Every file of `dist` in a map of conditions.
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
  // A module that is loaded on demand stays at its place.
  chunkFileNames: ({ facadeModuleId, name }) =>
    facadeModuleId ? `${relative('src', facadeModuleId).replace(/\.ts$/, '')}.js` : `${name}.js`,
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
});

const written = new Set(output.map(({ fileName }) => join(folder, fileName)));
const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const entry of found) {
  const file = join(entry.parentPath, entry.name);
  if (/\.js(\.map)?$/.test(file) && !written.has(file)) rmSync(file);
}
