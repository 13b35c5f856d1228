/** The version of this package. Written by scripts/sync-version.mjs. */
export const version: string = '0.0.0';
