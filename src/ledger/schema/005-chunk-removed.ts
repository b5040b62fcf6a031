/** When the file of a chunk that Adobe has was given up for removal; NULL where nobody has. */
export const chunkRemoved = `
ALTER TABLE chunks ADD COLUMN removed_at INTEGER;
`;
