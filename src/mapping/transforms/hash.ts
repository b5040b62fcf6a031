import { hash } from 'node:crypto';
import type { TransformArgument } from '../../config/transform-schema.ts';
import { type Step, stepFault, textStep, wholeNumber } from './step.ts';

type HashSpec = TransformArgument<'hash'>;

const hexLengths: Readonly<Record<NonNullable<HashSpec['algorithm']>, number>> = { md5: 32, sha1: 40, sha256: 64 };

/**
 * `hash: { algorithm, length, salt }`: hex digits of the digest of salt and text, one after the other, so that SQL can do
 * the same; SHA-256 and 32 digits where nothing else is said. Never absent. The salt never shows in a fault.
 */
export function compileHash(spec: HashSpec, secret: (name: string) => string | undefined): Step {
  const algorithm = spec.algorithm ?? 'sha256';
  const most = hexLengths[algorithm];
  const length = spec.length === undefined ? 32 : wholeNumber(spec.length, 1, most);
  if (length === null) {
    return stepFault(`hash: length "${spec.length}" is not possible`, `1 to ${most} hex digits for ${algorithm}`);
  }
  const salt = spec.salt === undefined ? '' : secret(spec.salt);
  if (salt === undefined) {
    return stepFault(`hash: salt "${spec.salt}" is no secret`, 'salt names a variable of type secret that has a value');
  }
  return textStep((text) => hash(algorithm, salt + text, 'hex').slice(0, length));
}
