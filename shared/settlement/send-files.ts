/**
 * Sends approved files to the bank. That a file is sent is committed before the bank gets it, so that nobody changes it any more; then
 * it is handed in as often as it takes, always with the same bytes. No clear answer is no refusal.
 */
import { reached } from '../contracts/crash-points.ts'
import type { Doorbell, SeparateTransactions } from '../payments/ports.ts'
import { ATTEMPTS_MAX, idsOf, type MovePorts, nextAskMs, writeFailed, writeSent } from './move-payouts.ts'
import type { Bank, FileVerdict, Payout, PayoutAlarms, PayoutFile, PayoutFileFormat, PayoutFiles } from './ports.ts'
import { ringFor } from './ring-for.ts'

export interface SendPorts extends MovePorts {
  /** Separate: a file locks thousands of rows. */
  transactions: SeparateTransactions
  payoutFiles: PayoutFiles
  fileFormat: PayoutFileFormat
  bank: Bank
  doorbell: Doorbell
  payoutAlarms: Pick<PayoutAlarms, 'fileChanged' | 'attemptsUsedUp'>
}

export interface SendSummary {
  sent: number
  accepted: number
  rejected: number
  /** The bank has said nothing so far. */
  unclear: number
}

/** Files of one look. */
const FILES_MAX = 100

/** Begins no file after `deadlineMs` (epoch, real time). Throws DependencyUnavailableError when the database is away. */
export async function sendFiles(ports: SendPorts, deadlineMs: number): Promise<SendSummary> {
  await ports.clock.catchUp()
  const summary: SendSummary = { sent: 0, accepted: 0, rejected: 0, unclear: 0 }
  const mayGoOn = () => ports.clock.nowMs() < deadlineMs
  const fresh = new Set<string>()
  for (const { fileId } of await ports.payoutFiles.listByState('APPROVED', ports.clock.virtualNowMs(), FILES_MAX))
    if (mayGoOn() && (await markSent(ports, fileId))) fresh.add(fileId)
  summary.sent = fresh.size
  for (const file of await ports.payoutFiles.listByState('SENT', ports.clock.virtualNowMs(), FILES_MAX)) {
    if (!mayGoOn()) break
    summary[await deliver(ports, file, fresh.has(file.fileId))]++
  }
  return summary
}

/** APPROVED → SENT, with its payouts. False when it is no longer APPROVED. */
async function markSent(ports: SendPorts, fileId: string): Promise<boolean> {
  let sent: Payout[] = []
  const isOurs = await ports.transactions.run(fileId, async tx => {
    const file = await ports.payoutFiles.lock(tx, fileId)
    if (file?.state !== 'APPROVED') return false
    sent = (await ports.payouts.lockByFile(tx, fileId)).filter(({ state }) => state === 'APPROVED')
    const { sha256 } = ports.fileFormat.write(file, sent)
    await writeSent(ports, tx, sent)
    await ports.payoutFiles.update(tx, { ...file, state: 'SENT', sha256, askAtMs: ports.clock.virtualNowMs() })
    return true
  })
  if (isOurs) await ringFor(ports.doorbell, idsOf(sent))
  return isOurs
}

type Delivered = 'accepted' | 'rejected' | 'unclear'

/** Hands the file in, unless the bank has it. */
async function deliver(ports: SendPorts, file: PayoutFile, isFresh: boolean): Promise<Delivered> {
  const known = isFresh ? ({ kind: 'not_found' } as const) : await ports.bank.inquireFile(file.fileId)
  const verdict = known.kind === 'not_found' ? await handIn(ports, file) : known
  reached('settlement:handed-in')
  return verdict.kind === 'unknown' ? postpone(ports, file) : record(ports, file, verdict)
}

async function handIn(ports: SendPorts, file: PayoutFile): Promise<FileVerdict> {
  const payouts = await ports.payouts.listByFile(file.fileId)
  const { xml, sha256 } = ports.fileFormat.write(
    file,
    payouts.filter(({ state }) => state !== 'CANCELED'),
  )
  if (sha256 === file.sha256) return ports.bank.submitFile(file.fileId, xml)
  ports.payoutAlarms.fileChanged(file)
  return { kind: 'unknown' }
}

async function postpone(ports: SendPorts, { fileId }: PayoutFile): Promise<Delivered> {
  await ports.transactions.run(fileId, async tx => {
    const file = await ports.payoutFiles.lock(tx, fileId)
    if (file?.state !== 'SENT') return
    await ports.payoutFiles.update(tx, { ...file, askAtMs: nextAskMs(file.approvedAtMs!, ports.clock.virtualNowMs()) })
  })
  return 'unclear'
}

/** What the bank said of the whole file. The first answer counts. */
async function record(
  ports: SendPorts,
  { fileId }: PayoutFile,
  verdict: Exclude<FileVerdict, { kind: 'unknown' }>,
): Promise<Delivered> {
  let failed: Payout[] = []
  await ports.transactions.run(fileId, async tx => {
    failed = []
    const file = await ports.payoutFiles.lock(tx, fileId)
    if (file?.state !== 'SENT') return
    if (verdict.kind === 'accepted') return ports.payoutFiles.update(tx, { ...file, state: 'ACCEPTED' })
    failed = (await ports.payouts.lockByFile(tx, fileId)).filter(({ state }) => state === 'SENT')
    await writeFailed(ports, tx, failed, { state: 'FAILED', reason: verdict.reason })
    const failure = verdict.reason.slice(0, 200)
    await ports.payoutFiles.update(tx, { ...file, state: 'REJECTED', failure })
  })
  await ringFor(ports.doorbell, idsOf(failed))
  for (const payout of failed) if (payout.attempt >= ATTEMPTS_MAX) ports.payoutAlarms.attemptsUsedUp(payout)
  return verdict.kind
}
