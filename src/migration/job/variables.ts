import type { LoadedMapping } from '../../config/load-mapping.ts';
import { hintFor } from '../../config/problems.ts';
import { isIdentifier } from '../../config/query-places.ts';
import type { Problem } from '../../domain/problem.ts';

/** The values of a job's variables, by how they may be used. */
export interface Variables {
  /** Bound as `:name`. */
  readonly parameters: Readonly<Record<string, string | bigint>>;
  /** Pasted as `${name}`. */
  readonly identifiers: Readonly<Record<string, string>>;
  /** Salts of hashes; never stored, only digested. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Where a variable was given, for a problem about it. */
export type LocateVariable = (name: string) => {
  readonly file: string;
  readonly line: number;
  readonly column: number;
};

/**
 * Gives the mapping's variables their values and types. All faults at once: unknown, missing, of the wrong type. No value
 * is quoted: it may have come from the environment (P11).
 */
export function readVariables(
  declared: LoadedMapping['variables'],
  given: Readonly<Record<string, string>>,
  locate: LocateVariable,
): { variables: Variables; problems: Problem[] } {
  const parameters: Record<string, string | bigint> = {};
  const identifiers: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  const problems: Problem[] = [];
  const fault = (name: string, message: string, hint: string): void => {
    problems.push({ code: 'config.variable', message, ...locate(name), hint, severity: 'error' });
  };
  for (const name of Object.keys(given))
    if (!Object.hasOwn(declared, name))
      fault(name, `the mapping has no variable \`${name}\``, hintFor(name, Object.keys(declared)) ?? 'leave it out');
  for (const [name, { type, default: fallback, describe }] of Object.entries(declared)) {
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? fallback;
    if (value === undefined) {
      fault(name, `the variable \`${name}\` is not given`, describe ?? `write variables: { ${name}: … }`);
    } else if (type === 'integer') {
      if (isInteger(value)) parameters[name] = BigInt(value);
      else
        fault(
          name,
          `the variable \`${name}\` is no whole number of 64 bits`,
          'write digits alone, with a - before them where it is negative',
        );
    } else if (type === 'identifier') {
      if (isIdentifier(value)) identifiers[name] = value;
      else
        fault(
          name,
          `the variable \`${name}\` cannot be pasted into a query`,
          'letters, digits and _, not beginning with a digit',
        );
    } else if (type === 'secret') {
      if (value !== '') secrets[name] = value;
      else
        fault(
          name,
          `the secret \`${name}\` is empty: hashes with it would be plain ones`,
          'give it a value, in quotes',
        );
    } else {
      parameters[name] = value;
    }
  }
  return { variables: { parameters, identifiers, secrets }, problems };
}

/** True for what every database holds as an integer. */
function isInteger(text: string): boolean {
  return /^-?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
