import { MigrationError } from '../domain/error.ts';

/** The column names as given; throws `input.invalid` naming those that occur more than once. `whose` begins the message, `next` is the cure. */
export function distinctNames(
  names: readonly string[],
  whose: string,
  next = 'Give each column a name of its own, in SQL with AS.',
): readonly string[] {
  const repeated = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  if (repeated.length === 0) return names;
  throw new MigrationError('input.invalid', `${whose} has more than one column named ${repeated.join(', ')}`, { next });
}
