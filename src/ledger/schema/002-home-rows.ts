/**
 * Exact rows of each windowed stream by home, counted when the plan was made. `slice` is NULL for rows whose window
 * column is NULL or no time: which home they have is not known from counting.
 */
export const homeRows = `
CREATE TABLE home_rows (
  stream TEXT NOT NULL,
  slice INTEGER REFERENCES slices (slice),
  row_count INTEGER NOT NULL,
  UNIQUE (stream, slice)
) STRICT;
`;
