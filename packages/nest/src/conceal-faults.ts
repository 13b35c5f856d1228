import { type ExecutionContext, InternalServerErrorException, Logger } from '@nestjs/common';
import { isConfigurationError } from '@verifier/core';

const logger = new Logger('OktaAuthGuard');

/**
 * Logs a ConfigurationError of a GraphQL operation, and throws an error without its text: GraphQL sends the message of every
 * error to the client. Nest itself conceals such an error of a route or a message.
 */
export function concealFaults<TResult>(context: ExecutionContext, run: () => TResult): TResult {
  if (context.getType<string>() !== 'graphql') return run();
  try {
    const result = run();
    return result instanceof Promise ? (result.catch(conceal) as TResult) : result;
  } catch (error) {
    return conceal(error);
  }
}

function conceal(error: unknown): never {
  if (!isConfigurationError(error)) throw error;
  logger.error(error);
  throw Object.assign(new InternalServerErrorException(), { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}
