import type { LoadedMapping } from '../../config/load-mapping.ts';
import { isIdentifier } from '../../config/query-places.ts';
import { readSample } from '../../migration/read/read-sample.ts';
import type { Source, SourceTable } from '../../source/source.ts';
import { quoted, type TableEngine, tableName } from './table-query.ts';

/** A value that a variable may have in a source, with what people call it. */
export interface VariableChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * What to paste for a mapping's identifiers, so that the names of its tables are names of tables that are there: for each
 * the text by which most of them fit, the default where that is as good. `given` are those that a person says.
 */
export function findIdentifiers(
  { variables, streams }: Pick<LoadedMapping, 'variables' | 'streams'>,
  tables: readonly Pick<SourceTable, 'schema' | 'name'>[],
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const templates = tablesRead(streams).filter((name) => name.includes('${'));
  const names = tables.flatMap(({ schema, name }) => (schema === null ? [name] : [name, `${schema}.${name}`]));
  const usual = (name: string): string => given[name] ?? variables[name]?.default ?? '';
  const found: Record<string, string> = {};
  for (const [variable, { type }] of Object.entries(variables)) {
    if (type !== 'identifier') continue;
    const fits = new Map<string, number>([[usual(variable), 0]]);
    for (const template of given[variable] === undefined ? templates : []) {
      const values = names.map((name) => patternOf(template, variable, usual).exec(name)?.[1]);
      for (const value of new Set(values)) {
        if (value !== undefined && isIdentifier(value)) fits.set(value, (fits.get(value) ?? 0) + 1);
      }
    }
    const [best] = [...fits].sort((one, other) => other[1] - one[1]);
    found[variable] = best?.[0] ?? '';
  }
  return found;
}

/** The names of tables in queries, as they stand there. */
function tablesRead(streams: LoadedMapping['streams']): string[] {
  const named = streams.flatMap(([, { query = '' }]) =>
    [...query.matchAll(/\b(?:FROM|JOIN)\s+((?:\$\{\w+\}|[\w.])+)/gi)].map(([, name = '']) => name),
  );
  return [...new Set(named)];
}

/** Matches names of tables, and what stands in them for a variable; the others have their usual value. */
function patternOf(template: string, variable: string, usual: (name: string) => string): RegExp {
  const parts = template.split(/\$\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 1 && part === variable) return '(\\w*)';
    return (at % 2 === 1 ? usual(part) : part).replace(/[.$]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'i');
}

function pasted(template: string, known: Readonly<Record<string, string>>): string {
  return template.replace(/\$\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
}

const mostChoices = 50;
const labelName = /^(?:name|title|label|domain|main_url|url)$/i;

/**
 * What a bound variable may be: the keys of that one of the tables in queries whose key is the column that they compare
 * it with, such as the websites of a system that counts several; none where there is no such table. `known` are the
 * values of the mapping's identifiers.
 */
export async function valuesOf(
  { streams, engine }: LoadedMapping,
  variable: string,
  known: Readonly<Record<string, string>>,
  source: Source,
  tables: readonly SourceTable[],
  signal: AbortSignal,
): Promise<VariableChoice[]> {
  const compared = new RegExp(`(\\w+)\\s*=\\s*:${variable}\\b`, 'g');
  const columns = new Set(
    streams.flatMap(([, { query = '' }]) => [...query.matchAll(compared)].map(([, name]) => name)),
  );
  // Others may have that key too: a table of errors for each website, or the websites of a second system.
  const read = tablesRead(streams).map((name) => pasted(name, known).toLowerCase());
  const table = tables.find(
    ({ schema, name, key }) =>
      key.length === 1 &&
      columns.has(key[0]) &&
      read.includes((schema === null ? name : `${schema}.${name}`).toLowerCase()),
  );
  if (table === undefined) return [];
  const sql = engine as TableEngine;
  const labels = table.columns.filter(({ name }) => labelName.test(name)).slice(0, 2);
  const names = [table.key[0] ?? '', ...labels.map(({ name }) => name)].map((name) => quoted(sql, name));
  const query = `SELECT ${names.join(', ')} FROM ${tableName(sql, table)} ORDER BY 1`;
  const rows = await readSample(source, { stream: table.name, query }, { most: mostChoices, signal });
  return rows.map(([value, ...texts]) => {
    const said = texts.filter((text): text is string => typeof text === 'string' && text !== '');
    return { value: String(value ?? ''), label: said.join(', ') };
  });
}
