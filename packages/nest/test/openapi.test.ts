import { Controller, Get, type INestApplication } from '@nestjs/common';
import { ApiBearerAuth, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { BearerAuth, BearerAuthModule, OktaAuth } from '@verifier/nest';
import { expect, it } from 'vitest';
import { type Platform, platforms } from './platforms.ts';
import { moduleOf } from './running-apps.ts';

@Controller()
class Routes {
  @Get('plain')
  plain(): void {}

  @OktaAuth()
  @Get('bearer')
  bearer(): void {}

  @OktaAuth({ scope: 'read' })
  @Get('scope-of-bearer')
  scopeOfBearer(): void {}

  @BearerAuth({ scope: ['read', 'write'], securityScheme: 'oauth2' })
  @Get('scopes')
  scopes(): void {}

  @OktaAuth({ scope: 'read', anyScope: ['write', 'admin'], securityScheme: 'oauth2' })
  @Get('choice')
  choice(): void {}

  @OktaAuth({ optional: true })
  @Get('optional')
  optional(): void {}

  @ApiBearerAuth('other')
  @OktaAuth()
  @Get('both')
  both(): void {}
}

@Controller('class')
@OktaAuth({ securityScheme: 'oauth2', scope: 'read' })
class Whole {
  @Get()
  get(): void {}
}

async function documentOf(app: INestApplication): Promise<OpenAPIObject> {
  await app.init();
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().addBearerAuth().addOAuth2().build());
  await app.close();
  return document;
}

it('shows the requirements of @OktaAuth() in the OpenAPI document', async () => {
  const imports = [BearerAuthModule.forRoot({ issuer: 'https://issuer.example', audience: 'a' })];
  const platform: Platform = Object(platforms['Express']);
  const document = await documentOf(await platform.create(moduleOf({ imports, controllers: [Routes, Whole] })));
  const shown = Object.entries(document.paths).map(([path, item]) => [path, item.get?.security]);
  expect(Object.fromEntries(shown)).toEqual({
    '/plain': undefined,
    '/bearer': [{ bearer: [] }],
    '/scope-of-bearer': [{ bearer: [] }],
    '/scopes': [{ oauth2: ['read', 'write'] }],
    '/choice': [{ oauth2: ['read', 'write'] }, { oauth2: ['read', 'admin'] }],
    '/optional': [{ bearer: [] }, {}],
    '/both': [{ bearer: [] }, { other: [] }],
    '/class': [{ oauth2: ['read'] }],
  });
});
