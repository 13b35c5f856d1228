// This package has a copy of @verifier/nest rather than a link to it, since only a copy finds the Nest of this package.
// The package manager makes the copy when it installs, before there is a build to copy.
import { cpSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Brings the copy up to date with the last build. */
export default function syncNest(): void {
  const copy = realpathSync(join(import.meta.dirname, 'node_modules', '@verifier', 'nest'));
  const original = join(import.meta.dirname, '..', 'nest');
  for (const name of ['dist', 'package.json']) {
    rmSync(join(copy, name), { recursive: true, force: true });
    cpSync(join(original, name), join(copy, name), { recursive: true });
  }
}

if (import.meta.main) syncNest();
