import { Controller, Module, Post } from '@nestjs/common';
import { describeBehindNginx } from '@verifier/conformance';
import { BearerAuthModule } from '@verifier/nest';
import { platforms, start } from './platforms.ts';

@Controller()
class Uploads {
  @Post()
  create(): string {
    return 'ran';
  }
}

// On Fastify, Nest reads the body before any guard runs, up to the limit of Fastify.
for (const [name, platform] of Object.entries(platforms).filter(([platformName]) => platformName === 'Express')) {
  @Module({
    imports: [BearerAuthModule.forRoot({ issuer: 'https://issuer.example', audience: 'api://nginx' })],
    controllers: [Uploads],
  })
  class App {}
  describeBehindNginx(`Nest on ${name}`, () => start(platform, App));
}
