import { findProgram, type ProgramName, programPackages } from '@verifier/test-issuer';
import { describe } from 'vitest';

/**
 * Defines tests that need a program which npm does not install. Without it they are skipped, and the summary of `npm test`
 * counts them: it finds the program and its Debian package in the title.
 */
export function describeWith(program: ProgramName, title: string, define: () => void): void {
  const isInstalled = findProgram(program) !== undefined;
  describe.runIf(isInstalled)(`${title} (needs ${program}, Debian package ${programPackages[program]})`, define);
}
