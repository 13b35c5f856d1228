import { Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Auth, Public, RequireScope } from '@verifier/nest';

@Resolver()
export class OrdersResolver {
  @Public()
  @Query(() => String)
  version(): string {
    return '1.0';
  }

  @Query(() => [String])
  scopes(@Auth('scopes') scopes: string[]): string[] {
    return scopes;
  }

  @RequireScope('write:orders')
  @Mutation(() => Int)
  createOrder(): number {
    return 2;
  }
}
