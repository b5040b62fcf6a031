/** The first key of each lane that an accepted change took away with its unsealed slices, before anything was sent behind it. */
export const formerKeys = `
CREATE TABLE former_keys (
  lane TEXT NOT NULL,
  slice INTEGER NOT NULL,
  idempotency_key TEXT NOT NULL,
  PRIMARY KEY (lane, idempotency_key)
) STRICT, WITHOUT ROWID;
`;
