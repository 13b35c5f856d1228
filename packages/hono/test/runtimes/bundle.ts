import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The bundle of a module for web runtimes, and its inputs. */
export interface Bundle {
  readonly code: string;
  /** The files that are part of it. */
  readonly inputs: readonly string[];
  /** The modules that it imports at run time. */
  readonly imports: readonly string[];
}

/** Bundles a module of this folder under web conditions, with nothing replaced and nothing left out. */
export async function bundle(file: string, conditions: readonly string[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: [...conditions],
    // Imports that cannot be bundled must be visible.
    external: ['node:*', 'undici'],
    // Path mappings in the TypeScript settings of the workspace must not replace the exports of the package.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { code: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs), imports };
}

/** As wrangler sets them. */
export const workerConditions = ['workerd', 'worker', 'browser'] as const;
