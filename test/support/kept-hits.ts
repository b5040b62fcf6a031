import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';

/** A data row that the sandbox took, with the group that its file came for. */
export interface KeptHit {
  readonly group: string;
  readonly visitor: string;
  /** The page's, or the link's of a click. */
  readonly url: string;
}

/** All rows of the files in a sandbox's `keep` folder, in order of arrival; read by nothing of ours. */
export async function readKeptHits(keep: string): Promise<KeptHit[]> {
  const names = (await readdir(keep)).filter((name) => name.endsWith('.csv.gz')).sort();
  const hits: KeptHit[] = [];
  for (const name of names) {
    const group = /^\d+-(.+)\.csv\.gz$/.exec(name)?.[1] ?? '';
    const text = gunzipSync(await readFile(join(keep, name))).toString('utf8');
    const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
    if (errors.length > 0) throw new Error(`${name} is no CSV: ${JSON.stringify(errors[0])}`);
    for (const row of data) {
      const { visitorID = '', pageURL = '', linkURL = '' } = row;
      hits.push({ group, visitor: visitorID, url: pageURL + linkURL });
    }
  }
  return hits;
}

/** The URLs of each visitor's hits in the order in which they arrived. */
export function visitsOf(hits: readonly KeptHit[]): Map<string, string[]> {
  const visits = new Map<string, string[]>();
  for (const { visitor, url } of hits) {
    const known = visits.get(visitor);
    if (known === undefined) visits.set(visitor, [url]);
    else known.push(url);
  }
  return visits;
}

/** The visitors that stand in more than one group. */
export function strayVisitors(hits: readonly KeptHit[]): string[] {
  const home = new Map<string, string>();
  const strays = new Set<string>();
  for (const { visitor, group } of hits) {
    if ((home.get(visitor) ?? group) !== group) strays.add(visitor);
    home.set(visitor, group);
  }
  return [...strays];
}
