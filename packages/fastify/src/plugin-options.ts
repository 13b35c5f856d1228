import { ConfigurationError, copyOptions, type GuardOptions, type OktaGuardOptions } from '@verifier/core';

/** Settings of the plugin, in addition to those that every guard has. */
export interface PluginSettings {
  /**
   * `true` protects every route of the scope, and the response to unknown routes. `false` protects only routes that have
   * `config.auth`, `authenticate` or one of the route guards.
   *
   * @default true
   */
  readonly global?: boolean;
  /**
   * One name for all decorators, for when `request.auth` or `fastify.authenticate` is taken. With `'okta'`, the token is
   * `request.okta`, and the decorators are `fastify.okta.authenticate`, `fastify.okta.requireScope`, `fastify.okta.verifier`…
   *
   * @default `request.auth`, and decorators of the instance itself
   */
  readonly decoratorName?: string;
  /**
   * Fetches the keys before the application is ready. Start-up fails if they are unavailable.
   *
   * @default false
   */
  readonly warmUp?: boolean;
  /**
   * The name of the security scheme in your OpenAPI document. If it is set and `@fastify/swagger` is registered, the document
   * shows the requirements in `config.auth` of each route.
   *
   * @default requirements are not shown
   */
  readonly securityScheme?: string;
}

/** Options of {@link bearerAuth}. */
export type BearerAuthOptions = GuardOptions & PluginSettings;

/** Options of {@link oktaAuth}. The environment supplies `issuer` and `audience` if they are absent. */
export type OktaAuthOptions = OktaGuardOptions & PluginSettings;

/** The validated settings of the plugin, and the remaining options, which core validates. */
export interface SplitOptions<TGuardOptions> {
  readonly settings: PluginSettings;
  readonly guardOptions: TGuardOptions;
}

const scopeOptions = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Separates and validates the plugin's own settings.
 *
 * @throws ConfigurationError if a setting is wrong, with the correction.
 */
export function splitOptions<TGuardOptions extends object>(
  options: TGuardOptions & PluginSettings,
): SplitOptions<TGuardOptions> {
  const settings = copyOptions(options);
  const { global, decoratorName, warmUp, securityScheme, ...guardOptions } = settings;
  validateType({ global, warmUp }, 'boolean', 'true or false');
  validateType({ decoratorName, securityScheme }, 'string', 'a name');
  const misplaced = scopeOptions.find((name) => Object.hasOwn(guardOptions, name));
  if (misplaced !== undefined) {
    throw new ConfigurationError(
      `${misplaced} has no effect here: the plugin protects the scope that registers it. Give ${misplaced} to the register() of that scope`,
    );
  }
  return { settings, guardOptions: guardOptions as unknown as TGuardOptions };
}

function validateType(settings: Readonly<Record<string, unknown>>, type: string, description: string): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || (typeof value === type && value !== '')) continue;
    throw new ConfigurationError(`${name} must be ${description}`);
  }
}
