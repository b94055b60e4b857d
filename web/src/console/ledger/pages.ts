/** The pages of the ledger, which are loaded together when the first of them is shown. */
export { AccountPage } from './account-page.tsx'
export { EntryPage } from './entry-page.tsx'
export { LedgerPage } from './ledger-page.tsx'
