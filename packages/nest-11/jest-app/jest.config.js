/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // These packages are ES modules, which Jest compiles to CommonJS like the application itself.
  transformIgnorePatterns: ['/node_modules/(?!(?:.*/node_modules/)?(?:@verifier|jose|leven|lru-cache)/)'],
  testRegex: '.*-spec\\.ts$',
  transform: {
    '^.+\\.(t|j)s$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
};
