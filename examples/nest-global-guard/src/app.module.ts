import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { OktaAuthModule } from '@verifier/nest';
import { GqlAuthGuard } from '@verifier/nest/graphql';
import { OrdersController } from './orders.controller.ts';
import { OrdersResolver } from './orders.resolver.ts';

/** An API of orders, over HTTP and GraphQL. One line guards all of it; `@Public()` opens a handler. */
@Module({
  imports: [
    OktaAuthModule.forRoot({ guard: GqlAuthGuard, warmUp: true }),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, graphiql: false }),
  ],
  controllers: [OrdersController],
  providers: [OrdersResolver],
})
export class AppModule {}
