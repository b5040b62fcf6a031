/**
 * What a first pass over files has read, and where its hits wait. `files` is frozen before anything is read: `size` is
 * absent where a file may still be replaced, `modified` (ns since 1970, as digits) in ledgers of before, `sha256` until
 * the file has been read. `counted` and `batches` are JSON text.
 */
export const firstPass = `
ALTER TABLE files RENAME TO files_before;
CREATE TABLE files (
  set_name TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER,
  modified TEXT,
  sha256 TEXT,
  PRIMARY KEY (set_name, path)
) STRICT, WITHOUT ROWID;
INSERT INTO files SELECT set_name, path, size, NULL, sha256 FROM files_before;
DROP TABLE files_before;

CREATE TABLE first_pass (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  fingerprint TEXT NOT NULL,
  counted TEXT NOT NULL
) STRICT;

CREATE TABLE pass_files (
  stream TEXT NOT NULL,
  set_name TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (stream, set_name, path),
  FOREIGN KEY (set_name, path) REFERENCES files (set_name, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE pass_spool (
  name TEXT PRIMARY KEY,
  holds TEXT NOT NULL CHECK (holds IN ('hits', 'rejects')),
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  batches TEXT
) STRICT, WITHOUT ROWID;
`;
