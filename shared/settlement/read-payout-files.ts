/** Reads: payout files. */
import type { PayoutFileListView, PayoutFilesQuery } from '../contracts/routes/find-payout-files.ts'
import type { PayoutFileView } from '../contracts/settlement-views.ts'
import type { PayoutFile, PayoutFilePages, PayoutFiles } from './ports.ts'
import { encoded, pageOf, partsOf } from './read-settlements.ts'

export interface PayoutFileReadPorts {
  payoutFiles: Pick<PayoutFiles, 'find'> & PayoutFilePages
}

/** One page, newest first. `beforeFileId` is where the page before ended. Throws DependencyUnavailableError, as all of these. */
export async function listPayoutFiles(
  { payoutFiles }: Pick<PayoutFileReadPorts, 'payoutFiles'>,
  query: Omit<PayoutFilesQuery, 'cursor'> & { beforeFileId?: string },
): Promise<PayoutFileListView> {
  const { page, last } = pageOf(await payoutFiles.listPage({ ...query, limit: query.limit + 1 }), query)
  return { items: page.map(payoutFileView), nextCursor: last === undefined ? null : encoded(last.fileId) }
}

/** Undefined when there is no such file. */
export async function readPayoutFile(
  { payoutFiles }: PayoutFileReadPorts,
  fileId: string,
): Promise<PayoutFileView | undefined> {
  const file = await payoutFiles.find(fileId)
  return file && payoutFileView(file)
}

export const payoutFileView = (file: PayoutFile): PayoutFileView => ({
  fileId: file.fileId,
  currency: file.currency,
  executeOn: file.executeOn,
  payoutCount: file.payoutCount,
  total: file.totalMinor,
  state: file.state,
  preparedAt: new Date(file.preparedAtMs).toISOString(),
  approvedBy: file.approvedBy,
  approvedAt: file.approvedAtMs === null ? null : new Date(file.approvedAtMs).toISOString(),
  sha256: file.sha256,
  failure: file.failure,
})

/** Undefined when the cursor is not one of ours. */
export const payoutFileOfCursor = (cursor: string): string | undefined => partsOf(cursor, /^(pof_[0-9A-Z]{26})$/)?.[0]
