import { first } from './001-first.ts';

/** The SQL that leads from ledger version n to n + 1, for n from 0. Steps are only ever added. */
export const steps: readonly string[] = [first];
