import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { serve } from '../process/role.ts';

/** The cost of importing a package. */
export interface Imported {
  readonly ms: number;
  /** Size of all loaded files. */
  readonly bytes: number;
  readonly files: number;
  /** The packages of the loaded files. */
  readonly packages: readonly string[];
}

/** Commands of the process that imports. */
export type ImporterCommands = {
  /** Imports one package after the other; with `trace`, lists the loaded files, which takes extra time. */
  import: {
    input: { readonly before: readonly string[]; readonly measured: readonly string[]; readonly trace: boolean };
    output: Imported;
  };
};

/** Runs a process that imports packages once. */
export function runImporterRole(): void {
  serve<ImporterCommands>({
    import: async ({ before, measured, trace }) => {
      for (const name of before) await import(name);
      const urls = new Set<string>();
      const hooks = trace
        ? registerHooks({ load: (url, context, next) => next(urls.add(url) && url, context) })
        : undefined;
      const startedAt = performance.now();
      for (const name of measured) await import(name);
      const ms = performance.now() - startedAt;
      hooks?.deregister();
      const files = [...urls].filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
      const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
      return { ms, bytes, files: files.length, packages: [...new Set(files.map(packageOf))] };
    },
  });
}

function packageOf(file: string): string {
  const [, name = ''] = /.*(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
  return name;
}
