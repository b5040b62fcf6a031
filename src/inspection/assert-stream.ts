import type { LoadedMapping } from '../config/load-mapping.ts';
import { MigrationError } from '../domain/error.ts';
import type { Ledger } from '../ledger/open-ledger.ts';

/** Throws `input.invalid` with the choice where none of `names` is the one that a person wrote; `undefined` asks for all. */
export function assertStream(name: string | undefined, names: Iterable<string>): void {
  const known = [...new Set(names)];
  if (name === undefined || known.includes(name)) return;
  throw new MigrationError('input.invalid', `the mapping has no stream ${name}`, {
    next: `choose one of: ${known.join(', ')}`,
  });
}

/** The same for what was built: a stream that the mapping has lost since is still there. */
export async function assertBuiltStream(
  name: string | undefined,
  ledger: Pick<Ledger, 'streamCounts'>,
  { streams }: Pick<LoadedMapping, 'streams'>,
): Promise<void> {
  const built = await ledger.streamCounts();
  assertStream(name, [...streams.map(([stream]) => stream), ...built.map(({ stream }) => stream)]);
}
