/** Asks the bank to move money between the operating and the safeguarded account, by whom the token says. */
import type { SeparateTransactions } from '../payments/ports.ts'
import type { AuditEntry, AuditLog, AuditReader } from '../settlement/ports.ts'
import type { OwnTransfer, OwnTransfers, TransferVerdict } from './ports.ts'

export interface MoveFundsPorts {
  transactions: SeparateTransactions
  auditLog: AuditLog & AuditReader
  ownTransfers: OwnTransfers
}

/**
 * Of the day whose funds it mends, and of its amount: to ask again for the same is the same transfer, so that nothing moves twice when
 * an answer was lost.
 */
export function transferOf(
  day: string,
  { currency, amountMinor, isBack }: { currency: string; amountMinor: number; isBack: boolean },
): OwnTransfer {
  const reference = `${isBack ? 'SFB' : 'SFG'}-${day.replaceAll('-', '')}-${currency}-${amountMinor}`
  const [from, to] = isBack ? (['safeguarded', 'operating'] as const) : (['operating', 'safeguarded'] as const)
  return { reference, from, to, amountMinor, currency }
}

/**
 * The row of the audit log comes before the bank is asked, once for each transfer; what the bank's statements say of it is booked when
 * they come. Throws DependencyUnavailableError.
 */
export async function moveFunds(
  { transactions, auditLog, ownTransfers }: MoveFundsPorts,
  transfer: OwnTransfer,
  by: Pick<AuditEntry, 'actor' | 'reason'>,
): Promise<TransferVerdict> {
  const { reference: subject, from, to, amountMinor, currency } = transfer
  const details = { from, to, amount: amountMinor, currency }
  if ((await auditLog.newest(subject, 1)).length === 0)
    await transactions.run('funds', tx => auditLog.append(tx, { ...by, action: 'funds.moved', subject, details }))
  return ownTransfers.transfer(transfer)
}
