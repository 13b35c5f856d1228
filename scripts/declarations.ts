import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import ts from 'typescript-6';
import { runOrThrow } from './command.ts';
import type { WorkspacePackage } from './workspace.ts';

/** Returns one module with the declarations of an entry point and of everything that they use in the package. */
async function rollUp({ folder }: WorkspacePackage, entry: string): Promise<string> {
  const bundle = await rolldown({
    input: { entry: join(folder, entry) },
    // Other packages and subpath imports remain imports; only paths are bundled.
    external: /^[^./]/,
    plugins: [dts({ dtsOnly: true, generator: 'oxc', tsconfig: join(folder, 'tsconfig.json') })],
  });
  const { output } = await bundle.generate();
  return output[0].code;
}

/** Keeps `@default` and `@deprecated`, which are part of the contract; removes the prose. */
function reduceComment(comment: string): string {
  const tags = comment.match(/@(?:default|deprecated)\b.*/g) ?? [];
  return tags.length === 0 ? '' : `/** ${tags.map((tag) => tag.replace(/\s*\*\/$/, '').trim()).join(' ')} */`;
}

/** The bundler imports a name twice, as `Name, Name as Name$1`, if the entry point also re-exports it. */
function mergeAliases(code: string): string {
  const twice = [...code.matchAll(/\b(\w+), \1 as (\1\$\d+)(?!\w)/g)];
  return twice.reduce(
    (text, [both = '', name = '', alias = '']) =>
      text.replace(both, name).replace(new RegExp(`\\b${alias.replace('$', '\\$')}(?!\\w)`, 'g'), name),
    code,
  );
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0]?.name.getText() ?? '';
  if (ts.isImportDeclaration(statement)) return ` ${statement.moduleSpecifier.getText()}`;
  const { name } = statement as { name?: ts.Node };
  // Exports without a declaration come last.
  return name?.getText() ?? '~';
}

/** Sorts by name, so that moving a declaration to another file changes nothing. Overloads keep their order. */
function sortStatements(code: string): string {
  const source = ts.createSourceFile('entry.d.ts', code, ts.ScriptTarget.Latest, true);
  const statements = source.statements.map((statement) => ({ name: nameOf(statement), text: statement.getFullText() }));
  statements.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return statements.map(({ text }) => text.trim()).join('\n\n');
}

/** Returns the declarations of an entry point that an application can rely on: without prose, sorted and formatted. */
export async function declarationsOf(source: WorkspacePackage, entry: string): Promise<string> {
  const code = await rollUp(source, entry);
  const bare = code.replace(/\/\*\*[\s\S]*?\*\//g, reduceComment).replace(/^\s*\n/gm, '');
  return format(sortStatements(mergeAliases(bare)));
}

function format(code: string): Promise<string> {
  return runOrThrow('biome', ['format', '--stdin-file-path=entry.d.ts'], { input: code });
}
