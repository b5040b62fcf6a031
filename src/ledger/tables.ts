import type { Generated, Kysely } from 'kysely';
import type { ChunkState } from '../domain/chunk.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Tally } from '../domain/slice.ts';

/** The one connection of an open ledger. */
export type LedgerDb = Kysely<Tables>;

/** The columns by which every table of a chunk's life names it. `lane` is the visitor group. */
export interface ChunkColumns {
  readonly lane: string;
  readonly slice: number;
  readonly part: number;
}

/** The newest schema, as Kysely sees it; `schema/` says what the columns mean. */
export interface Tables {
  job: {
    one: 1;
    migration_id: string;
    identity_hash: string;
    identity: string;
    created_at: number;
    planned_at: number | null;
  };
  contents: { number: Generated<number>; hash: string; content: string; accepted_at: number };
  files: { set_name: string; path: string; size: number | null; modified: string | null; sha256: string | null };
  first_pass: { one: 1; fingerprint: string; counted: string };
  pass_files: { stream: string; set_name: string; path: string };
  pass_spool: { name: string; holds: 'hits' | 'rejects'; bytes: number; sha256: string; batches: string | null };
  source_rows: { position: Generated<number>; stream: string; row_count: number };
  home_rows: { stream: string; slice: number | null; row_count: number; beyond_count: number | null };
  slices: {
    slice: number;
    from_time: number;
    to_time: number;
    home_from: number | null;
    home_to: number | null;
    planned_rows: number;
    sealed_at: number | null;
    content: number | null;
    duplicate_keys: number | null;
    rejects: string | null;
  };
  stream_counts: {
    slice: number;
    stream: string;
    read_rows: number;
    hits: number;
    rejected: number;
    filtered: number;
    beyond_rows: Generated<number>;
  };
  tallies: {
    slice: number;
    stream: string;
    outcome: Tally['outcome'];
    column_name: string;
    reason: string;
    occurrences: number;
  };
  lanes: { lane: string; slice: number; chunk_count: number; row_count: number };
  chunks: ChunkColumns & {
    path: string;
    sidecar: string;
    row_count: number;
    raw_bytes: number;
    gz_bytes: number;
    raw_sha256: string;
    gz_sha256: string;
    first_time: number;
    last_time: number;
    streams: string;
    idempotency_key: string;
    state: ChunkState;
    content: Generated<number | null>;
    removed_at: Generated<number | null>;
  };
  former_keys: { lane: string; slice: number; idempotency_key: string };
  attempts: ChunkColumns & {
    id: Generated<number>;
    number: number;
    host: string;
    client_id: string;
    started_at: number;
    ended_at: number | null;
    outcome: string | null;
  };
  receipts: ChunkColumns & {
    id: Generated<number>;
    source: Receipt['source'];
    received_at: number;
    http_status: number | null;
    file_id: string | null;
    row_count: number | null;
    invalid_rows: number | null;
    size: number | null;
    body: string;
  };
  lost_rows: ChunkColumns & { id: Generated<number>; chunk_row: number | null; row_count: number; reason: string };
  gate_passes: ChunkColumns & {
    fingerprint: string;
    host: string;
    client_id: string;
    suites: string;
    stream: string;
    passed_at: number;
  };
  pace: { client_id: string; last_request_at: number };
  notes: { id: Generated<number>; noted_at: number; kind: string; text: string };
}
