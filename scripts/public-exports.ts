import { join } from 'node:path';
import ts from 'typescript-6';
import type { WorkspacePackage } from './workspace.ts';

/** A public function or class. */
export interface PublicExport {
  name: string;
  file: string;
  /** The source of its declarations, docstrings included. */
  text: string;
}

/** Returns the source file of each entry point. */
function entryFiles({ folder, manifest: { exports = {} } }: WorkspacePackage): string[] {
  const targets = Object.values(exports).map((target) => (Object(target) as { types?: string }).types);
  return targets
    .filter((types) => types !== undefined)
    .map((types) => join(folder, types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')));
}

function isCallable(declaration: ts.Declaration, checker: ts.TypeChecker): boolean {
  if (ts.isFunctionDeclaration(declaration)) return true;
  if (ts.isClassDeclaration(declaration)) return !isError(declaration, checker);
  return ts.isVariableDeclaration(declaration) && checker.getTypeAtLocation(declaration).getCallSignatures().length > 0;
}

/** Applications do not construct errors, so error classes need no example. */
function isError(declaration: ts.ClassDeclaration, checker: ts.TypeChecker): boolean {
  return checker.getTypeAtLocation(declaration).getProperty('stack') !== undefined;
}

function docstringOf(declaration: ts.Declaration): string {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return statement.getFullText();
}

/** Returns the functions and classes that a package declares and exports from an entry point. */
export function publicExports(source: WorkspacePackage): PublicExport[] {
  const files = entryFiles(source);
  const settings = ts.readConfigFile(join(source.folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(settings.config, ts.sys, source.folder);
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const modules = files
    .map((file) => program.getSourceFile(file))
    .map((file) => file && checker.getSymbolAtLocation(file));
  const symbols = modules.flatMap((symbol) => (symbol === undefined ? [] : checker.getExportsOfModule(symbol)));
  return symbols.flatMap((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declarations = (target.declarations ?? []).filter(
      (one) => one.getSourceFile().fileName.startsWith(join(source.folder, 'src')) && isCallable(one, checker),
    );
    const [first] = declarations;
    if (first === undefined) return [];
    return [
      { name: symbol.name, file: first.getSourceFile().fileName, text: declarations.map(docstringOf).join('\n') },
    ];
  });
}
