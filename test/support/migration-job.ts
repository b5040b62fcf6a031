import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { databaseMapping, writeLegacyDatabase } from './legacy-database.ts';
import { type LegacyRow, legacyRange } from './legacy-hits.ts';

/** A migration on disk. `file` is what commands take; `folder` is its work folder. */
export interface MigrationJob {
  readonly file: string;
  readonly mappingFile: string;
  readonly folder: string;
  /** What the file reads from the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Words before the command line of a program that is to see `folder`; none by default. */
  readonly through?: readonly string[];
}

/** Where a migration's rows come from, as YAML, and the mapping that reads them. */
export interface JobSource {
  readonly source: string;
  readonly mapping: string;
}

/** What a sandbox tells of itself; enough for a job that never calls it. */
export type JobTarget = Pick<Sandbox, 'baseUrl' | 'tokenUrl' | 'clientId' | 'clientSecret'>;

/** The key `target` of a job, with more settings in it where any are given. */
export function jobTarget(settings: Readonly<Record<string, string>> = {}): string {
  const more = Object.entries(settings).map(([key, value]) => `${key}: ${value}, `);
  return (
    `{ ${more.join('')}reportSuiteID: scenariodev, baseUrl: "\${env:BDIA_BASE_URL}", auth: { kind: oauth, ` +
    'tokenUrl: "${env:BDIA_TOKEN_URL}", clientId: "${env:BDIA_CLIENT_ID}", clientSecret: "${env:BDIA_CLIENT_SECRET}" } }'
  );
}

/** Writes a migration of three groups, small slices and small chunks, that is quick about unknown fates. */
export async function writeJob(
  home: string,
  { source, mapping }: JobSource,
  target: JobTarget,
  changes: Readonly<Record<string, string>> = {},
): Promise<MigrationJob> {
  await mkdir(home, { recursive: true });
  const file = join(home, 'migration.yaml');
  const mappingFile = join(home, 'mapping.yaml');
  const keys: Record<string, string> = {
    migration: 'scenario-2023',
    mapping: './mapping.yaml',
    source,
    target: jobTarget(),
    range: `{ from: ${legacyRange.from}, to: ${legacyRange.to}, zone: UTC }`,
    visitorGroups: '{ count: 3, prefix: scenario }',
    chunks: '{ maxRows: 120 }',
    slices: '{ rows: 600 }',
    pace: '{ requestsPerSecond: 200, secondsPerLane: 0, rowsPerSecondPerLane: 0 }',
    settle: '{ grace: 900ms, window: 200ms, attempts: 2 }',
    rejects: '{ budget: 10% }',
    folder: './work',
    ...changes,
  };
  await writeFile(
    file,
    Object.entries(keys)
      .map(([key, value]) => `${key}: ${value}\n`)
      .join(''),
  );
  await writeFile(mappingFile, mapping);
  return { file, mappingFile, folder: join(home, 'work'), env: environmentOf(target) };
}

/** As `writeJob`, from a new legacy database that holds `rows`. */
export async function writeDatabaseJob(
  home: string,
  rows: readonly LegacyRow[],
  target: JobTarget,
  changes: Readonly<Record<string, string>> = {},
): Promise<MigrationJob> {
  await mkdir(home, { recursive: true });
  writeLegacyDatabase(join(home, 'legacy.sqlite'), rows);
  const source = '{ engine: sqlite, path: ./legacy.sqlite }';
  return writeJob(home, { source, mapping: databaseMapping }, target, changes);
}

/** The environment that points a migration at a target. */
export function environmentOf({ baseUrl, tokenUrl, clientId, clientSecret }: JobTarget): Record<string, string> {
  return {
    BDIA_BASE_URL: baseUrl,
    BDIA_TOKEN_URL: tokenUrl,
    BDIA_CLIENT_ID: clientId,
    BDIA_CLIENT_SECRET: clientSecret,
  };
}
