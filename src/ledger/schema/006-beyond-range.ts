/**
 * Rows whose window column lies too far behind the range for any hit: of the last home, as counted for the plan (NULL in
 * the other homes, and in plans that were made before), and of those read of a slice.
 */
export const beyondRange = `
ALTER TABLE home_rows ADD COLUMN beyond_count INTEGER;
ALTER TABLE stream_counts ADD COLUMN beyond_rows INTEGER NOT NULL DEFAULT 0;
`;
