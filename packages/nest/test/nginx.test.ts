import { Controller, Module, Post } from '@nestjs/common';
import { describeBehindNginx } from '@verifier/conformance';
import { authenticateBeforeBody, BearerAuthModule } from '@verifier/nest';
import { platforms, start } from './platforms.ts';

@Controller()
class Uploads {
  @Post()
  create(): string {
    return 'ran';
  }
}

for (const onError of ['respond', 'framework'] as const) {
  const options = { issuer: 'https://issuer.example', audience: 'api://nginx', onError };
  @Module({ imports: [BearerAuthModule.forRoot(options)], controllers: [Uploads] })
  class App {}

  // On Fastify, Nest reads the body before any guard runs, up to the limit of Fastify.
  for (const [name, platform] of Object.entries(platforms)) {
    if (name === 'Express')
      describeBehindNginx(`Nest on ${name} with onError: '${onError}'`, () => start(platform, App));
    describeBehindNginx(`Nest on ${name} with authenticateBeforeBody and onError: '${onError}'`, () =>
      start(platform, App, authenticateBeforeBody),
    );
  }
}
