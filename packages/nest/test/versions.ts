import core from '@nestjs/core/package.json' with { type: 'json' };

/** The major version of Nest that the tests run on. */
export const major: string = core.version.split('.')[0] ?? '';
