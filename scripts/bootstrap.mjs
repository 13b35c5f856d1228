// The entry point of every root command. Runs on any Node.js from 20 on: installs the dependencies if the lockfile has
// changed, then runs `run.ts` on the Node.js that the workspace installs for itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stampFile = join(root, 'node_modules', '.verifier-installed');

/**
 * Removes the variables that npm sets for its scripts, which would confuse pnpm; keeps the registry settings.
 * @returns {NodeJS.ProcessEnv}
 */
function cleanEnvironment() {
  const kept =
    /^npm_config_(registry|cache|userconfig|globalconfig|ca|cafile|proxy|https?_proxy|noproxy|strict_ssl|.*auth.*)$/i;
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  return {
    ...Object.fromEntries(entries),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
}

/** Hashes everything an installation depends on: the lockfile, the settings of pnpm, and the kind of machine. */
function stamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function pnpmVersion() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return packageManager.split('+')[0];
}

/** @param {NodeJS.ProcessEnv} env */
function install(env) {
  console.log('Installing the dependencies …');
  const command = `npx --yes ${pnpmVersion()} install --frozen-lockfile --prefer-offline --reporter=append-only`;
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, env, shell: true, encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${stdout}${stderr}\nThe installation failed: ${command}`);
    process.exit(1);
  }
}

/** @param {NodeJS.ProcessEnv} env */
function ensureInstalled(env) {
  const expected = stamp();
  const installed = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === expected;
  if (installed && existsSync(bin)) return;
  install(env);
  writeFileSync(stampFile, expected);
}

/** Returns the Node.js 24 of the workspace. Without one for this machine, returns the running Node.js if it is new enough. */
function findNode() {
  const local = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(local) && spawnSync(local, ['--version']).status === 0) return local;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  console.error(
    `The workspace has no Node.js 24 for ${process.platform} on ${process.arch}. Run this command with Node.js 24.`,
  );
  return process.exit(1);
}

function main() {
  const env = cleanEnvironment();
  ensureInstalled(env);
  const node = findNode();
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  env[pathName] = [dirname(node), bin, env[pathName]].join(delimiter);
  const args = [join(root, 'scripts', 'run.ts'), ...process.argv.slice(2)];
  const { status } = spawnSync(node, args, { cwd: process.cwd(), env, stdio: 'inherit' });
  process.exit(status ?? 1);
}

main();
