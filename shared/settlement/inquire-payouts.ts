/** Asks the bank what became of payouts that it has. What it does not say stays open: a payout never fails for want of an answer. */
import type { Doorbell, SeparateTransactions } from '../payments/ports.ts'
import { ATTEMPTS_MAX, type MovePorts, nextAskMs, writeFailed } from './move-payouts.ts'
import type { Bank, Payout, PayoutAlarms, PayoutFiles, PayoutVerdict } from './ports.ts'
import { ringFor } from './ring-for.ts'

export interface InquirePorts extends MovePorts {
  transactions: SeparateTransactions
  payoutFiles: PayoutFiles
  bank: Bank
  doorbell: Doorbell
  payoutAlarms: Pick<PayoutAlarms, 'payoutLost' | 'attemptsUsedUp'>
}

export interface InquirySummary {
  confirmed: number
  failed: number
  /** The bank has not decided, or has not answered. */
  pending: number
}

/** Payouts of one look. */
const PAGE_PAYOUTS = 500
const CONCURRENCY = 8

/** Begins no inquiry after `deadlineMs` (epoch, real time). Throws DependencyUnavailableError when the database is away. */
export async function inquirePayouts(ports: InquirePorts, deadlineMs: number): Promise<InquirySummary> {
  await ports.clock.catchUp()
  const summary: InquirySummary = { confirmed: 0, failed: 0, pending: 0 }
  const virtualNowMs = ports.clock.virtualNowMs()
  for (;;) {
    // Each that was asked about is no longer due by this time.
    const due = await ports.payouts.listToAsk(virtualNowMs, PAGE_PAYOUTS)
    for (let first = 0; first < due.length; first += CONCURRENCY) {
      if (ports.clock.nowMs() >= deadlineMs) return summary
      const ends = await Promise.all(due.slice(first, first + CONCURRENCY).map(payout => inquire(ports, payout)))
      for (const end of ends) summary[end]++
    }
    if (due.length < PAGE_PAYOUTS) return summary
  }
}

async function inquire(ports: InquirePorts, payout: Payout): Promise<keyof InquirySummary> {
  const verdict = await ports.bank.inquirePayout(payout)
  switch (verdict.kind) {
    case 'confirmed':
    case 'failed':
      await record(ports, payout, verdict)
      return verdict.kind
    case 'not_found':
      await lose(ports, payout)
      return 'pending'
    case 'pending':
    case 'unknown':
      await askLater(ports, payout)
      return 'pending'
  }
}

const askLater = ({ payouts, clock }: InquirePorts, { payoutId, updatedAtMs }: Payout): Promise<void> =>
  payouts.askLater(payoutId, nextAskMs(updatedAtMs, clock.virtualNowMs()))

/** The first answer counts. */
async function record(
  ports: InquirePorts,
  { payoutId }: Payout,
  verdict: Extract<PayoutVerdict, { kind: 'confirmed' | 'failed' }>,
): Promise<void> {
  const failed = await ports.transactions.run(payoutId, async tx => {
    const payout = await ports.payouts.lock(tx, payoutId)
    if (payout?.state !== 'SENT') return undefined
    if (verdict.kind === 'failed') {
      await writeFailed(ports, tx, [payout], { state: 'FAILED', reason: verdict.reason })
      return payout
    }
    // Nothing is booked and nothing told: only a statement says that the money has moved.
    const change = { state: 'CONFIRMED', bankRef: verdict.bankRef, updatedAtMs: ports.clock.virtualNowMs() } as const
    await ports.payouts.change(tx, [payoutId], { ...change, isTold: false })
    return undefined
  })
  if (failed === undefined) return
  await ringFor(ports.doorbell, [payoutId])
  if (failed.attempt >= ATTEMPTS_MAX) ports.payoutAlarms.attemptsUsedUp(failed)
}

/**
 * The bank does not know a payout of a file that it took. When it does not know the file either, the file is sent again: it is executed
 * once, however often it is handed in.
 */
async function lose(ports: InquirePorts, payout: Payout): Promise<void> {
  ports.payoutAlarms.payoutLost(payout)
  await askLater(ports, payout)
  const fileId = payout.fileId!
  if ((await ports.bank.inquireFile(fileId)).kind !== 'not_found') return
  await ports.transactions.run(fileId, async tx => {
    const file = await ports.payoutFiles.lock(tx, fileId)
    if (file?.state === 'ACCEPTED')
      await ports.payoutFiles.update(tx, { ...file, state: 'SENT', askAtMs: ports.clock.virtualNowMs() })
  })
}
