// This package contains a copy of @verifier/nest instead of a link, because only a copy resolves this package's Nest.
// The package manager makes the copy during installation, before there is a build to copy.
import { cpSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Updates the copy with the last build. */
export default function syncNest(): void {
  const copy = realpathSync(join(import.meta.dirname, 'node_modules', '@verifier', 'nest'));
  const original = join(import.meta.dirname, '..', 'nest');
  for (const name of ['dist', 'package.json']) {
    rmSync(join(copy, name), { recursive: true, force: true });
    cpSync(join(original, name), join(copy, name), { recursive: true });
  }
}

if (import.meta.main) syncNest();
