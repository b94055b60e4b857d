/** Makes the payouts of batches that are due, and puts new payouts into files that wait for an approval. */

import { soldOn } from '../domain/business-days.ts'
import type { Doorbell, SeparateTransactions } from '../payments/ports.ts'
import { type CancelHeldPorts, cancelHeld } from './cancel-held.ts'
import { idsOf, isLiving, writeCreated } from './move-payouts.ts'
import { pagesOf } from './pages-of.ts'
import { isHeldNow, type PayablePorts, standingBatches, withStandings } from './payable-batches.ts'
import type { Payout, PayoutAlarms, PayoutFile, PayoutFiles, SettlementBatch } from './ports.ts'
import { ringFor } from './ring-for.ts'
import { contentOf } from './withdraw-payout.ts'

export interface CreatePorts extends PayablePorts, CancelHeldPorts {
  /** Separate: a file locks thousands of rows. */
  transactions: SeparateTransactions
  payoutFiles: PayoutFiles
  doorbell: Doorbell
  payoutAlarms: Pick<PayoutAlarms, 'payoutTooLarge' | 'attemptsUsedUp'>
}

export interface CreateSummary {
  created: number
  /** Not approved yet, of merchants that are held. */
  canceled: number
  held: number
  released: number
  files: number
}

/** Each step of a file is one transaction: an event and a ledger entry for each payout take a second together. */
export const FILE_PAYOUTS_MAX = 2_000

/** The bank's days. */
const BANK_DAYS = { timezone: 'Asia/Seoul', cutoff: '24:00' }

/**
 * Begins nothing after `deadlineMs` (epoch, real time). Several may run at once: of a batch one makes the payout.
 * Throws DependencyUnavailableError.
 */
export async function createPayouts(ports: CreatePorts, deadlineMs: number): Promise<CreateSummary> {
  await ports.clock.catchUp()
  const summary: CreateSummary = { created: 0, canceled: 0, held: 0, released: 0, files: 0 }
  const mayGoOn = () => ports.clock.nowMs() < deadlineMs
  summary.canceled = await cancelHeld(ports, mayGoOn)
  summary.released = await releaseHeld(ports, mayGoOn)
  for await (const { batch, standing } of standingBatches(ports, ports.clock.virtualNowMs())) {
    if (!mayGoOn()) break
    if (standing.kind === 'held' && (await hold(ports, batch))) summary.held++
    if (standing.kind === 'too_large') ports.payoutAlarms.payoutTooLarge(batch)
    if (standing.kind === 'payable' && (await create(ports, batch, standing.accountToken))) summary.created++
  }
  summary.files = await prepareFiles(ports, mayGoOn)
  return summary
}

/** Held batches of one look. */
const PAGE_HELD = 1_000

/** Held batches of merchants that are held no longer. */
export async function releasable(
  ports: PayablePorts,
  virtualNowMs: number,
  pageHeld = PAGE_HELD,
): Promise<SettlementBatch[]> {
  const found: SettlementBatch[] = []
  const list = (after?: SettlementBatch) => ports.batches.listByState('HELD', pageHeld, after?.batchId)
  for await (const page of pagesOf(pageHeld, list)) {
    const standings = await withStandings(ports, page, virtualNowMs)
    found.push(...standings.flatMap(({ batch, standing }) => (standing.kind === 'held' ? [] : [batch])))
  }
  return found
}

async function releaseHeld(ports: CreatePorts, mayGoOn: () => boolean): Promise<number> {
  let released = 0
  for (const batch of await releasable(ports, ports.clock.virtualNowMs()))
    if (mayGoOn() && (await move(ports, batch, 'HELD', 'CLOSED'))) released++
  return released
}

const hold = (ports: CreatePorts, batch: SettlementBatch): Promise<boolean> => move(ports, batch, 'CLOSED', 'HELD')

/** False when it is no longer as it was, or has a living payout. */
function move(
  ports: CreatePorts,
  { batchId }: SettlementBatch,
  from: SettlementBatch['state'],
  to: SettlementBatch['state'],
): Promise<boolean> {
  return ports.transactions.run(batchId, async tx => {
    const batch = await ports.batches.lock(tx, batchId)
    if (batch?.state !== from || hasLiving(await ports.payouts.listByBatch(tx, batchId))) return false
    await ports.batches.update(tx, { ...batch, state: to })
    return true
  })
}

const hasLiving = (payouts: readonly Payout[]): boolean => payouts.some(isLiving)

/** Whether we made it. */
async function create(ports: CreatePorts, { batchId }: SettlementBatch, accountToken: string): Promise<boolean> {
  const payoutId = ports.ids.payout()
  const isOurs = await ports.transactions.run(batchId, async tx => {
    const batch = await ports.batches.lock(tx, batchId)
    if (batch?.state !== 'CLOSED') return false
    const before = await ports.payouts.listByBatch(tx, batchId)
    if (hasLiving(before) || before.length >= batch.attemptsMax || (await isHeldNow(ports, tx, batch))) return false
    await writeCreated(ports, tx, newPayout(ports, payoutId, batch, before.length + 1, accountToken))
    return true
  })
  if (isOurs) await ringFor(ports.doorbell, [payoutId])
  return isOurs
}

function newPayout(
  { clock }: CreatePorts,
  payoutId: string,
  { batchId, merchantId, currency, netMinor }: SettlementBatch,
  attempt: number,
  accountToken: string,
): Payout {
  const nowMs = clock.virtualNowMs()
  return {
    ...{ payoutId, batchId, attempt, merchantId, currency, amountMinor: netMinor, accountToken },
    ...{ state: 'CREATED', fileId: null, bankRef: null, failure: null },
    ...{ eventCount: 1, askAtMs: 0, createdAtMs: nowMs, updatedAtMs: nowMs },
  }
}

/** Returns how many files it made. */
async function prepareFiles(ports: CreatePorts, mayGoOn: () => boolean): Promise<number> {
  let files = 0
  for (const currency of await ports.payouts.unfiledCurrencies())
    while (mayGoOn() && (await prepareFile(ports, currency))) files++
  return files
}

/** False when no payout is left for it. */
function prepareFile(ports: CreatePorts, currency: string): Promise<boolean> {
  const fileId = ports.ids.payoutFile()
  return ports.transactions.run(fileId, async tx => {
    const payouts = await ports.payouts.lockUnfiled(tx, currency, FILE_PAYOUTS_MAX)
    if (payouts.length === 0) return false
    await ports.payoutFiles.insert(tx, newFile(ports, fileId, currency, payouts))
    await ports.payouts.putIntoFile(tx, idsOf(payouts), fileId)
    return true
  })
}

const newFile = ({ clock }: CreatePorts, fileId: string, currency: string, payouts: readonly Payout[]): PayoutFile => ({
  ...{ fileId, currency, executeOn: soldOn(clock.virtualNowMs(), BANK_DAYS) },
  ...contentOf(payouts),
  ...{ state: 'PREPARED', sha256: null, preparedAtMs: clock.virtualNowMs() },
  ...{ approvedBy: null, approvedAtMs: null, failure: null, askAtMs: 0 },
})
