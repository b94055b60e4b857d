/** The pages of settlement and reconciliation: what the router loads when one of them is first asked for. */
import './settlement.css'

export { BatchPage } from './batch-page.tsx'
export { BatchesPage } from './batches-page.tsx'
export { BreakPage } from './break-page.tsx'
export { BreaksPage } from './breaks-page.tsx'
export { FundsPage } from './funds-page.tsx'
export { PayoutFilePage } from './payout-file-page.tsx'
export { PayoutFilesPage } from './payout-files-page.tsx'
export { PayoutsPage } from './payouts-page.tsx'
export { ReconFilePage } from './recon-file-page.tsx'
export { ReconFilesPage } from './recon-files-page.tsx'
export { ReconOverviewPage } from './recon-overview-page.tsx'
