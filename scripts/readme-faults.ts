import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryUrl } from './readme-links.mjs';
import { root } from './workspace.ts';

function anchorsOf(page: string): Set<string> {
  const headings = page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm);
  const texts = Array.from(headings, ([, text = '']) => text.replace(/\]\([^)]*\)/g, ''));
  return new Set(
    texts.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );
}

function repositoryFault(path: string, anchor: string | undefined): string | undefined {
  const file = join(root, path);
  if (!existsSync(file)) return 'is not in the repository';
  if (anchor === undefined) return undefined;
  const isKnown = statSync(file).isFile() && anchorsOf(readFileSync(file, 'utf8')).has(anchor);
  return isKnown ? undefined : 'has no such heading';
}

/** Returns why a link of a published README leads nowhere, or undefined. */
function linkFault(link: string, page: string, files: readonly string[]): string | undefined {
  const [target = '', anchor] = link.split('#');
  if (target === '') return anchorsOf(page).has(anchor ?? '') ? undefined : 'has no such heading';
  const prefix = new RegExp(`^${repositoryUrl()}/(?:blob|tree)/main/`);
  if (prefix.test(target)) return repositoryFault(target.replace(prefix, ''), anchor);
  if (/^https?:/.test(target)) return undefined;
  return files.includes(target.replace(/^\.\//, '')) ? undefined : 'is not in the tarball';
}

/** Returns the dead links of a published README; `files` are the files of its tarball. */
export function readmeFaults(page: string, files: readonly string[]): string[] {
  const links = page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, link = '']) => [link, linkFault(link, page, files)])
    .filter(([, fault]) => fault !== undefined)
    .map((parts) => `README.md: ${parts.join(' ')}`);
}
