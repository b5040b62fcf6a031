import type { DayRange } from './find-range.ts';
import { type NamedSource, urlVariable } from './name-source.ts';
import { comment, inlineYaml, remarked } from './yaml-lines.ts';

/** Everything that a migration written by init says. */
export interface MigrationDraft {
  readonly name: string;
  readonly schema: string;
  /** A ready-made name, or the path of the drafted mapping. */
  readonly mapping: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Lookups that the mapping declares, with what they are: each is empty until a file is named. */
  readonly lookups: readonly (readonly [name: string, describe: string])[];
  readonly source: NamedSource;
  /** The mapping's file set, where it reads files. */
  readonly set: string;
  readonly range: DayRange;
  readonly rangeRemark: string;
}

/** What the written migration asks the environment for, beside its source. */
export const targetVariables = [
  'BDIA_REPORT_SUITE',
  'BDIA_BASE_URL',
  'BDIA_TOKEN_URL',
  'BDIA_CLIENT_ID',
  'BDIA_CLIENT_SECRET',
] as const;

const opening =
  'Written by bdia-migrate init. What stands as ${env:NAME} comes from the environment, or from a file .env beside this one: NAME=value, a line each. docs/migration-reference.md of the program lists every key.';

/** The text of `migration.yaml`. */
export function migrationText({
  name,
  schema,
  mapping,
  variables,
  lookups,
  source,
  set,
  range,
  rangeRemark,
}: MigrationDraft): string {
  const { engine } = source.spec;
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    '#',
    ...comment(opening),
    `migration: ${inlineYaml(name)}`,
    `mapping: ${inlineYaml(mapping)}`,
    ...(Object.keys(variables).length === 0 ? [] : [`variables: ${inlineYaml(variables)}`]),
    ...lookups.flatMap(([lookup, describe]) => remarked(`# lookups: { ${lookup}: ./${lookup}.csv }`, describe)),
    'source:',
    `  engine: ${engine}`,
    ...(engine === 'sqlite' ? [`  path: ${inlineYaml(source.path)}`] : []),
    ...(engine === 'files' ? [`  paths: { ${inlineYaml(set)}: ${inlineYaml(source.path)} }`] : []),
    ...(source.path === null ? remarked(`  url: "\${env:${urlVariable}}"`, 'a user who may only read is enough') : []),
    'target:',
    ...remarked('  reportSuiteID: "${env:BDIA_REPORT_SUITE}"', 'begin with a development suite'),
    ...remarked('  baseUrl: "${env:BDIA_BASE_URL}"', 'for Adobe: https://analytics-collection.adobe.io'),
    '  auth:',
    '    kind: oauth',
    ...remarked('    tokenUrl: "${env:BDIA_TOKEN_URL}"', 'for Adobe: https://ims-na1.adobelogin.com/ims/token/v3'),
    '    clientId: "${env:BDIA_CLIENT_ID}"',
    '    clientSecret: "${env:BDIA_CLIENT_SECRET}"',
    ...remarked(`range: ${inlineYaml(range)}`, rangeRemark),
    ...remarked('visitorGroups: { count: 1 }', 'plan advises how many'),
  ];
  return `${lines.join('\n')}\n`;
}
