import { Controller, Get, Module, type Type } from '@nestjs/common';
import { describeDpopPaths, type StartMounted } from '@verifier/conformance';
import { authenticateBeforeBody, BearerAuthModule, type BearerAuthModuleOptions } from '@verifier/nest';
import { type Platform, platforms, start } from './platforms.ts';
import { major } from './versions.ts';

@Controller('orders')
class Orders {
  @Get()
  list(): unknown[] {
    return [];
  }
}

@Controller('v1/orders')
class VersionedOrders {
  @Get()
  list(): unknown[] {
    return [];
  }
}

function moduleWith(options: BearerAuthModuleOptions, controller: Type): Type {
  @Module({ imports: [BearerAuthModule.forRoot(options)], controllers: [controller] })
  class App {}
  return App;
}

function mountsOf(platform: Platform): Readonly<Record<string, StartMounted>> {
  return {
    'with a global prefix': (options) =>
      start(platform, moduleWith(options, Orders), (app) => void app.setGlobalPrefix('api/v1')),
    'with a global prefix, and before the body': (options) =>
      start(platform, moduleWith(options, VersionedOrders), (app) => {
        app.setGlobalPrefix('api');
        authenticateBeforeBody(app);
      }),
  };
}

for (const [name, platform] of Object.entries(platforms)) {
  describeDpopPaths(`Nest ${major} on ${name}`, mountsOf(platform));
}
