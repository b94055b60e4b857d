/** Takes a payout that was not sent out of its file and books it back; the file says what is left of it. */
import type { Transaction } from '../payments/ports.ts'
import { type MovePorts, writeFailed } from './move-payouts.ts'
import type { Payout, PayoutFile, PayoutFiles } from './ports.ts'

export interface WithdrawPorts extends MovePorts {
  payoutFiles: Pick<PayoutFiles, 'lock' | 'update'>
}

/** Undefined: somebody is putting it into a file at this moment. Whoever sends the file holds its row first, too. */
export async function lockWithFile(
  ports: WithdrawPorts,
  tx: Transaction,
  { payoutId, fileId }: Payout,
): Promise<{ payout: Payout; file: PayoutFile | undefined } | undefined> {
  const file = fileId === null ? undefined : await ports.payoutFiles.lock(tx, fileId)
  const payout = (await ports.payouts.lock(tx, payoutId))!
  return payout.fileId === fileId ? { payout, file } : undefined
}

/** → CANCELED. Both must be locked, and the payout cancelable. */
export async function withdraw(
  ports: WithdrawPorts,
  tx: Transaction,
  { payout, file }: { payout: Payout; file: PayoutFile | undefined },
  reason: string,
): Promise<Payout> {
  await writeFailed(ports, tx, [payout], { state: 'CANCELED', reason })
  if (file !== undefined) await writeWithout(ports, tx, file, payout.payoutId)
  return { ...payout, state: 'CANCELED' }
}

export const isCancelable = ({ state }: Payout): boolean => state === 'CREATED' || state === 'APPROVED'

async function writeWithout(ports: WithdrawPorts, tx: Transaction, file: PayoutFile, payoutId: string): Promise<void> {
  const payouts = await ports.payouts.lockByFile(tx, file.fileId)
  const left = payouts.filter(payout => isCancelable(payout) && payout.payoutId !== payoutId)
  await writeLeft(ports, tx, file, left)
}

/** The file says what is left of it; with nothing left it is canceled. */
export async function writeLeft(
  { payoutFiles }: Pick<WithdrawPorts, 'payoutFiles'>,
  tx: Transaction,
  file: PayoutFile,
  left: readonly Payout[],
): Promise<PayoutFile> {
  const written: PayoutFile = { ...file, ...contentOf(left), state: left.length === 0 ? 'CANCELED' : file.state }
  await payoutFiles.update(tx, written)
  return written
}

/** What a file with these payouts says of itself. */
export const contentOf = (payouts: readonly Payout[]): Pick<PayoutFile, 'payoutCount' | 'totalMinor'> => ({
  payoutCount: payouts.length,
  totalMinor: payouts.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
})
