/** The user of every server the tests start; it may do everything. */
export const testUser = 'tester';
/** May log in by TLS only. */
export const encryptedUser = 'encrypted';
/** May log in only with the client certificate of `server-certificates.ts`. */
export const certifiedUser = 'certified';
/** The password of all of them; hard to get into a URL. */
export const userPassword = 's3cret/w@rd:#?%';
