import { z } from 'zod';
import { type MigrationSpec, migrationSchema } from './migration-schema.ts';
import { type Plain, plainOf, type YamlNode } from './yaml-node.ts';

/** What stands for parts that are faulty or missing, by their path: values in which no check finds anything. */
const standIns: Readonly<Record<string, unknown>> = {
  migration: 'x',
  mapping: 'x',
  source: { engine: 'sqlite', path: 'x' },
  range: { from: '2015-01-01', to: '2016-01-01' },
  'visitorGroups.prefix': 'x',
  'target.reportSuiteID': 'x',
  'target.baseUrl': 'http://localhost',
  'target.auth': { kind: 'token', clientId: 'x', token: 'x' },
};

/** A migration with stand-ins and defaults for its faulty parts. */
export interface UsableSpec {
  readonly spec: MigrationSpec;
  /** The paths of these parts, with dots. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * What a migration file says, also where its schema refuses parts of it: so that the checks behind the schema find more faults
 * in the same go. Not to be run where anything was replaced.
 */
export function usableSpec(root: YamlNode): UsableSpec {
  const replaced = new Set<string>();
  const spec = migrationSchema.parse(usable(migrationSchema, plainOf(root), '', replaced));
  return { spec, replaced };
}

function usable(schema: z.ZodType, value: Plain | undefined, path: string, replaced: Set<string>): unknown {
  if (schema.safeParse(value).success) return value;
  if (!Object.hasOwn(standIns, path)) {
    const given = typeof value === 'object' && !Array.isArray(value) ? value : {};
    const members = Object.entries(shapeOf(schema)).flatMap(([key, member]) => {
      const part = usable(member, given[key], path === '' ? key : `${path}.${key}`, replaced);
      return part === undefined ? [] : [[key, part] as const];
    });
    const mended = Object.fromEntries(members);
    if (members.length > 0 && schema.safeParse(mended).success) return mended;
  }
  replaced.add(path);
  return standIns[path];
}

/** The keys of a map and what each may hold; none where the schema is of something else. */
function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if (schema instanceof z.ZodObject) return schema.shape;
  const hasInner = schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
  return hasInner ? shapeOf(schema.unwrap() as z.ZodType) : {};
}
