import type { RangeAccess, WindowRange } from '../source.ts';
import { windowText } from '../window.ts';
import { asSubquery } from './bound-query.ts';
import type { Session } from './session.ts';
import type { WindowBinding } from './window-binding.ts';

/** A node of a plan, as far as it is asked for (PostgreSQL docs, "EXPLAIN", format JSON). */
interface PlanNode {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/**
 * How PostgreSQL would read a range: the plan is made and not run. The range is found in it by the cut points
 * themselves, whatever the query calls its columns. Where the planner reads a table whole although an index could serve
 * (a small table, a range of most rows), the range counts as indexed.
 */
export async function rangeAccess(session: Session, binding: WindowBinding, range: WindowRange): Promise<RangeAccess> {
  const text = `EXPLAIN (FORMAT JSON, VERBOSE) ${asSubquery(binding.text(range))}`;
  const explain = async (): Promise<PlanNode> => {
    const [row] = await session.query(text, binding.values(range));
    const [{ Plan }] = JSON.parse(row?.[0] ?? '') as [{ readonly Plan: PlanNode }];
    return Plan;
  };
  // As the plan begins to write them, which computes to_timestamp(:from) ahead; an empty text would be found everywhere.
  const cuts = [
    ...binding.cuts(range).flatMap((cut) => (cut === '' ? [] : [cut, cut.replace('T', ' ')])),
    range.from === null ? '-infinity' : String(windowText('datetime', range.from)),
    range.to === null ? 'infinity' : String(windowText('datetime', range.to)),
  ].map((cut) => `'${cut}`);
  const chosen = findRange(await explain(), cuts);
  const first = chosen.filtered[0];
  if (first === undefined && chosen.looked.length > 0) {
    return { isIndexed: true, detail: chosen.looked.join(', '), cure: null };
  }
  await session.query("SELECT set_config('enable_seqscan', 'off', true)");
  const possible = findRange(await explain(), cuts);
  if (possible.filtered.length === 0 && possible.looked.length > 0) {
    const detail = `${possible.looked.join(', ')} (the planner prefers to read ${first === undefined ? 'all' : nameOf(first)} whole for this range)`;
    return { isIndexed: true, detail, cure: null };
  }
  const unserved = first ?? possible.filtered[0];
  return {
    isIndexed: false,
    detail:
      unserved === undefined ? 'the range is looked up in no index' : `${unserved['Node Type']} on ${nameOf(unserved)}`,
    cure: await cureOf(session, unserved, cuts),
  };
}

function findRange(plan: PlanNode, cuts: readonly string[]): { looked: string[]; filtered: PlanNode[] } {
  const looked: string[] = [];
  const filtered: PlanNode[] = [];
  const holds = (condition: string | undefined) =>
    condition !== undefined && cuts.some((cut) => condition.includes(cut));
  const visit = (node: PlanNode) => {
    if (holds(node['Index Cond'])) looked.push(node['Index Name'] ?? node['Node Type']);
    else if (holds(node.Filter)) filtered.push(node);
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(plan);
  return { looked: [...new Set(looked)], filtered };
}

function nameOf(node: PlanNode): string {
  return node['Relation Name'] ?? 'a part of the query';
}

/** The statement that creates the index, where the plan tells which column is compared with a cut point. */
async function cureOf(session: Session, node: PlanNode | undefined, cuts: readonly string[]): Promise<string> {
  const compared = node === undefined ? null : comparedColumn(node.Filter ?? '', cuts);
  const { Schema: schema, 'Relation Name': relation } = node ?? {};
  if (compared === null || schema === undefined || relation === undefined) {
    return 'Compare :from and :to with a column of a table as it is, and create an index that begins with that column.';
  }
  const [found] = await session.query(
    `SELECT format('%I.%I', nspname, relname), relkind, relispartition::text
      FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $1 AND relname = $2`,
    [schema, relation],
  );
  const [table, kind, isPartition] = found ?? [];
  if (kind === 'f') return `Create the index where the foreign table ${table} comes from.`;
  const statement = `CREATE INDEX CONCURRENTLY ON ${table} (${compared})`;
  return isPartition === 'true' ? `${statement}; and likewise on the other partitions of its table` : statement;
}

/** The column before a comparison with a cut point, with the collation that the comparison has. */
function comparedColumn(filter: string, cuts: readonly string[]): string | null {
  // `(at >= '…'::timestamp`, `(h."at" < to_timestamp('…'::double precision)`, `((at)::text >= '…'::text COLLATE "C"`.
  const comparison =
    /(?<=(?:^|[^\w"])\()(?:(?:\w+|"(?:[^"]|"")+")\.)?(\w+|"(?:[^"]|"")+")(?:\)::text)? (?:>=|<=|>|<) (?:\w+\()*\(*('[^']*')::[a-z]+(?: [a-z]+)*( COLLATE "C")?/gu;
  for (const [, column = '', value = '', collation = ''] of filter.matchAll(comparison)) {
    if (cuts.some((cut) => value.startsWith(cut))) return column + collation;
  }
  return null;
}
