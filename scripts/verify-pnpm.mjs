// Fails unless the registry offers the pnpm that package.json pins by hash. npm compares a download with the integrity
// that the registry names; this compares that integrity with the pinned hash. Workflows run it before the installation.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [name, hash = ''] = packageManager.split('+sha512.');

const { status, stdout, stderr } = spawnSync('npm', ['view', name, 'dist.integrity'], { encoding: 'utf8' });
const expected = `sha512-${Buffer.from(hash, 'hex').toString('base64')}`;
const offered = stdout?.trim();

if (status !== 0 || offered !== expected) {
  console.error(`${name}: expected ${expected}, the registry offers ${offered || 'nothing'}\n${stderr ?? ''}`);
  process.exitCode = 1;
}
