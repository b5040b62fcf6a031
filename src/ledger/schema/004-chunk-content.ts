/** The content that a chunk was built again with, on its own; NULL where it is still the one of its slice. */
export const chunkContent = `
ALTER TABLE chunks ADD COLUMN content INTEGER REFERENCES contents (number);
`;
