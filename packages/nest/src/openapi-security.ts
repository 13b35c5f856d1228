import { copyOptions, type OpenApiSecurity, openApiSecurity, type Requirements } from '@verifier/core';
import { type RouteDecorator, routeDecorator } from './route-decorator.ts';

// The metadata key of @ApiSecurity. Written without loading @nestjs/swagger, which need not be installed.
const securityKey = 'swagger/apiSecurity';

/**
 * Shows in the OpenAPI document that a class or handler requires a token.
 *
 * @param scheme - The name of a scheme that takes scopes. Without one, the scheme of `DocumentBuilder.addBearerAuth()` is
 * shown, which takes none.
 */
export function showSecurity(requirements: Requirements, scheme: string | undefined): RouteDecorator {
  const security = scheme === undefined ? bearerSecurity(requirements) : openApiSecurity(requirements, scheme);
  return routeDecorator('@OktaAuth', (target) => {
    const written: OpenApiSecurity = Reflect.getOwnMetadata(securityKey, target) ?? [];
    Reflect.defineMetadata(securityKey, [...written, ...security], target);
  });
}

function bearerSecurity(requirements: Requirements): OpenApiSecurity {
  const { optional } = copyOptions(requirements);
  return openApiSecurity(optional === undefined ? {} : { optional }, 'bearer');
}
