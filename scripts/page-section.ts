import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The part of a page below one of its headings. */
export class PageSection {
  readonly #heading: string;
  readonly #blocks: { language: string; code: string }[];

  /** @param page - The text of the page. Throws if it does not have the heading. */
  constructor(page: string, heading: string) {
    const [, section] = page.split(new RegExp(`^## ${heading}$`, 'm'));
    if (section === undefined) throw new Error(`The page has no section "${heading}".`);
    const [text = ''] = section.split(/^## /m);
    this.#heading = heading;
    this.#blocks = [...text.matchAll(/^```(\w+)[^\n]*\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
      language,
      code,
    }));
  }

  /** Returns the block of one language that contains `text`. */
  block(language: string, text: string): string {
    const found = this.#blocks.find((block) => block.language === language && block.code.includes(text));
    if (found === undefined) throw new Error(`"${this.#heading}" has no ${language} block with ${text}`);
    return found.code;
  }

  /** Writes the blocks whose first line is a comment with the name of a file, and returns the names. */
  writeFiles(folder: string): string[] {
    return this.#blocks.flatMap(({ code }) => {
      const [, name] = /^\/\/ (\S+\.\w+)\n/.exec(code) ?? [];
      if (name === undefined) return [];
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), code);
      return [name];
    });
  }
}
