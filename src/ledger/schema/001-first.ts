/**
 * The first ledger. Booleans are states by name, times epoch ms except `_time` columns (Unix seconds), JSON is text.
 * Chunks carry a partial index over those that are not final, so that a lane finds its cursor without a scan.
 */
export const first = `
CREATE TABLE job (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  migration_id TEXT NOT NULL,
  identity_hash TEXT NOT NULL,
  identity TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  planned_at INTEGER
) STRICT;

CREATE TABLE contents (
  number INTEGER PRIMARY KEY,
  hash TEXT NOT NULL,
  content TEXT NOT NULL,
  accepted_at INTEGER NOT NULL
) STRICT;

CREATE TABLE files (
  set_name TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (set_name, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_rows (
  position INTEGER PRIMARY KEY,
  stream TEXT NOT NULL UNIQUE,
  row_count INTEGER NOT NULL
) STRICT;

CREATE TABLE slices (
  slice INTEGER PRIMARY KEY,
  from_time INTEGER NOT NULL,
  to_time INTEGER NOT NULL,
  home_from INTEGER,
  home_to INTEGER,
  planned_rows INTEGER NOT NULL,
  sealed_at INTEGER,
  content INTEGER REFERENCES contents (number),
  duplicate_keys INTEGER,
  rejects TEXT
) STRICT;
CREATE INDEX slices_unsealed ON slices (slice) WHERE sealed_at IS NULL;

CREATE TABLE stream_counts (
  slice INTEGER NOT NULL REFERENCES slices (slice),
  stream TEXT NOT NULL,
  read_rows INTEGER NOT NULL,
  hits INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  filtered INTEGER NOT NULL,
  PRIMARY KEY (slice, stream),
  CHECK (read_rows = hits + rejected + filtered)
) STRICT, WITHOUT ROWID;

CREATE TABLE tallies (
  slice INTEGER NOT NULL REFERENCES slices (slice),
  stream TEXT NOT NULL,
  outcome TEXT NOT NULL,
  column_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  occurrences INTEGER NOT NULL,
  PRIMARY KEY (slice, stream, outcome, column_name, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE lanes (
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL REFERENCES slices (slice),
  chunk_count INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  PRIMARY KEY (lane, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  part INTEGER NOT NULL,
  path TEXT NOT NULL,
  sidecar TEXT NOT NULL,
  row_count INTEGER NOT NULL,
  raw_bytes INTEGER NOT NULL,
  gz_bytes INTEGER NOT NULL,
  raw_sha256 TEXT NOT NULL,
  gz_sha256 TEXT NOT NULL,
  first_time INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  streams TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL
    CHECK (state IN ('sealed', 'linted', 'sending', 'unknown', 'uploaded', 'partial', 'rejected')),
  PRIMARY KEY (lane, slice, part),
  FOREIGN KEY (lane, slice) REFERENCES lanes (lane, slice)
) STRICT, WITHOUT ROWID;
CREATE INDEX chunks_open ON chunks (lane, slice, part) WHERE state NOT IN ('uploaded', 'partial', 'rejected');
CREATE INDEX chunks_rejected ON chunks (lane, slice, part) WHERE state = 'rejected';
CREATE INDEX chunks_of_slice ON chunks (slice);

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  part INTEGER NOT NULL,
  number INTEGER NOT NULL,
  host TEXT NOT NULL,
  client_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT,
  UNIQUE (lane, slice, part, number),
  FOREIGN KEY (lane, slice, part) REFERENCES chunks (lane, slice, part)
) STRICT;
CREATE INDEX attempts_by_client ON attempts (host, client_id, id);

CREATE TABLE receipts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  part INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('answer', 'lookup', 'person')),
  received_at INTEGER NOT NULL,
  http_status INTEGER,
  file_id TEXT,
  row_count INTEGER,
  invalid_rows INTEGER,
  size INTEGER,
  body TEXT NOT NULL,
  FOREIGN KEY (lane, slice, part) REFERENCES chunks (lane, slice, part)
) STRICT;
CREATE INDEX receipts_of_chunk ON receipts (lane, slice, part);

CREATE TABLE lost_rows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  part INTEGER NOT NULL,
  chunk_row INTEGER,
  row_count INTEGER NOT NULL,
  reason TEXT NOT NULL,
  FOREIGN KEY (lane, slice, part) REFERENCES chunks (lane, slice, part)
) STRICT;
CREATE INDEX lost_rows_of_chunk ON lost_rows (lane, slice, part);

CREATE TABLE gate_passes (
  fingerprint TEXT NOT NULL,
  host TEXT NOT NULL,
  client_id TEXT NOT NULL,
  suites TEXT NOT NULL,
  stream TEXT NOT NULL,
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  part INTEGER NOT NULL,
  passed_at INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, host, client_id, suites, stream),
  FOREIGN KEY (lane, slice, part) REFERENCES chunks (lane, slice, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE pace (
  client_id TEXT PRIMARY KEY,
  last_request_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  noted_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
`;
