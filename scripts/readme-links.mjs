// Relative links of a README work in the repository only. `prepack` makes them absolute, `postpack` relative again.
// `node readme-links.mjs absolute|relative`, in the folder of a package.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(import.meta.dirname);
const branch = 'main';
const relativeLink = /\]\((?!#|[a-z][a-z+.-]*:)([^)\s#]+)(#[^)\s]*)?\)/g;

/**
 * The address of the repository, from the package.json of its root.
 * @returns {string}
 */
export function repositoryUrl() {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
}

/**
 * @param {string} page
 * @param {string} folder the folder of the page, relative to the root of the repository
 * @returns {string}
 */
export function toAbsoluteLinks(page, folder) {
  return page.replace(relativeLink, (_, /** @type {string} */ target, anchor = '') => {
    const path = posix.join(folder, target);
    const kind = statSync(join(root, path)).isDirectory() ? 'tree' : 'blob';
    return `](${repositoryUrl()}/${kind}/${branch}/${path}${anchor})`;
  });
}

/**
 * @param {string} page
 * @param {string} folder the folder of the page, relative to the root of the repository
 * @returns {string}
 */
export function toRelativeLinks(page, folder) {
  return page.replace(/\]\((https:[^)\s#]+)/g, (link, /** @type {string} */ url) => {
    const [, path] = url.split(new RegExp(`^${repositoryUrl()}/(?:blob|tree)/${branch}/`));
    return path === undefined ? link : `](${posix.relative(folder, path)}`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const convert = process.argv[2] === 'absolute' ? toAbsoluteLinks : toRelativeLinks;
  const folder = posix.relative(root, process.cwd());
  writeFileSync('README.md', convert(readFileSync('README.md', 'utf8'), folder));
}
