import { ConfigurationError, type GuardOptions, type OktaGuardOptions } from '@verifier/core';

/** What the plugin can be told beside what every guard can. */
export interface PluginSettings {
  /**
   * `true` protects every route of the scope, and the answer to unknown routes. `false` protects those that ask for it:
   * by `config.auth`, by `authenticate` or by one of the route guards.
   *
   * @default true
   */
  readonly global?: boolean;
  /**
   * Puts everything under one name, where `request.auth` or `fastify.authenticate` are taken: with `'okta'`, the token is
   * `request.okta`, and the decorators are `fastify.okta.authenticate`, `fastify.okta.requireScope`, `fastify.okta.verifier`…
   *
   * @default `request.auth`, and decorators of the instance itself
   */
  readonly decoratorName?: string;
  /**
   * Has the keys in memory before the application is ready, and fails the start where they cannot be had.
   *
   * @default false
   */
  readonly warmUp?: boolean;
  /**
   * The name of the security scheme in your OpenAPI document. Where it is set, and `@fastify/swagger` is registered, each
   * route shows what `config.auth` demands.
   *
   * @default nothing is shown
   */
  readonly securityScheme?: string;
}

/** What {@link bearerAuth} is registered with. */
export type BearerAuthOptions = GuardOptions & PluginSettings;

/** What {@link oktaAuth} is registered with; the environment fills in what is left out. */
export type OktaAuthOptions = OktaGuardOptions & PluginSettings;

/** The settings of the plugin, checked, and apart from what is core's. */
export interface SplitOptions<TGuardOptions> {
  readonly settings: PluginSettings;
  readonly guardOptions: TGuardOptions;
}

const misplaced = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Takes the plugin's own settings out of the options; what is left is core's to check.
 *
 * @throws ConfigurationError for a setting that cannot work, with what to write instead.
 */
export function splitOptions<TGuardOptions extends object>(
  options: TGuardOptions & PluginSettings,
): SplitOptions<TGuardOptions> {
  const { global, decoratorName, warmUp, securityScheme, ...guardOptions } = options;
  checkType({ global, warmUp }, 'boolean', 'true or false');
  checkType({ decoratorName, securityScheme }, 'string', 'a name');
  const stray = misplaced.find((name) => name in guardOptions);
  if (stray !== undefined) {
    throw new ConfigurationError(
      `${stray} has no meaning here: the plugin protects the scope that registers it. Give ${stray} to the register() of that scope`,
    );
  }
  return { settings: options, guardOptions: guardOptions as unknown as TGuardOptions };
}

function checkType(settings: Readonly<Record<string, unknown>>, type: string, description: string): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || (typeof value === type && value !== '')) continue;
    throw new ConfigurationError(`${name} must be ${description}`);
  }
}
