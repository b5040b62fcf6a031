import { type DialectAdapter, DummyDriver, Kysely, type QueryCompiler, type QueryExecutorProvider } from 'kysely';

/**
 * A dialect's Kysely that only compiles. A mapping's query stands in what is built with it, and its places are none that
 * Kysely's own drivers could bind.
 */
export function compileOnly(adapter: DialectAdapter, queryCompiler: QueryCompiler): QueryExecutorProvider {
  return new Kysely<never>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: () => {
        throw new Error('There is no database to look into');
      },
      createQueryCompiler: () => queryCompiler,
    },
  });
}
