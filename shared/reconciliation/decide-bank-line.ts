/** What a line of a bank is for, and what of it nobody expected. Pure; the tables stand in docs/reconciliation.md. */
import type { AllocationKind, BreakClass, PayoutState, ReconEntryType } from '../contracts/lists.ts'
import type { Payout } from '../settlement/ports.ts'
import { subjectOfBatch, subjectOfPayout } from './break-subjects.ts'
import type { AcquirerBatch, BatchKey, BreakDifferences, ReconBreak, ReconLine } from './ports.ts'

/** What is known when a line is decided. `rememberDecision` brings it up to date, so that the next line sees what this one took. */
export interface BankFacts {
  /** By their id. */
  payouts: Map<string, Payout>
  /** By reference; several when several acquirers or currencies have it. */
  batches: Map<string, AcquirerBatch[]>
  /** Breaks of these payouts and batches that are open, by their subject. */
  openBreaks: Map<string, ReconBreak[]>
  /** What the lines of one source say of a transfer of ours. */
  transfers: TransferLeg[]
  /** How the bank calls our accounts, but that of the statement. */
  otherAccounts: ReadonlySet<string>
}

export interface TransferLeg {
  sourceId: string
  reference: string
  currency: string
  /** Signed as the line. */
  amountMinor: number
}

/** A break whose money, or whose line, has come. */
export interface Arrival {
  of: ReconBreak
  /** What goes back from the break to cash_in_transit; 0: it holds nothing. */
  movedMinor: number
}

export interface LineBreak {
  class: BreakClass
  differences: BreakDifferences
  movement: { type: ReconEntryType; signedMinor: number }
  payoutId?: string
  batchRef?: string
}

export interface BankLineDecision {
  line: ReconLine
  /** A payout as it was before, and what it becomes. */
  payout?: { was: Payout; becomes: 'PAID' | 'RETURNED'; movedMinor: number }
  allocation?: { kind: AllocationKind; subject: string; amountMinor: number; batch?: AcquirerBatch }
  arrivals: readonly Arrival[]
  broken?: LineBreak
}

/** The payout, or the batch, that a line without a reference was found to be for. */
export type FoundSubject = { payoutId: string } | { batch: BatchKey }

/** Whether what was found has exactly the amount of the line left, as far as is known now. */
export function isFree(found: FoundSubject, { amountMinor, currency }: ReconLine, facts: BankFacts): boolean {
  if ('batch' in found) {
    const batch = foundBatch(found.batch, facts)
    return batch?.currency === currency && leftOf(batch) === amountMinor
  }
  const payout = facts.payouts.get(found.payoutId)
  if (payout === undefined || payout.currency !== currency) return false
  return open.debit.includes(payout.state) && payout.amountMinor === -amountMinor
}

const foundBatch = (key: BatchKey, { batches }: BankFacts): AcquirerBatch | undefined =>
  batches.get(key.batchRef)?.find(batch => isSame(batch, key))

/** Every line has a decision; the last resort is that nobody knows it. */
export function decideBankLine(line: ReconLine, facts: BankFacts, found?: FoundSubject): BankLineDecision {
  if (line.kind === 'opening') return unknown(line)
  const payout = facts.payouts.get(found !== undefined && 'payoutId' in found ? found.payoutId : line.matchKey)
  if (payout !== undefined) return ofPayout(line, payout, facts)
  const batches =
    found !== undefined && 'batch' in found ? [foundBatch(found.batch, facts)!] : namedBatches(line, facts)
  if (batches.length > 0) return ofBatches(line, batches, facts)
  return isTransfer(line, facts) ? ofTransfer(line, facts) : unknown(line)
}

const unexpected = (
  line: ReconLine,
  kind: BreakClass,
  differences: BreakDifferences,
  of: Pick<LineBreak, 'payoutId' | 'batchRef'> = {},
): BankLineDecision => ({
  line,
  arrivals: [],
  broken: {
    ...{ class: kind, differences, ...of },
    movement: { type: 'unexpected', signedMinor: line.amountMinor },
  },
})

const unknown = (line: ReconLine): BankLineDecision =>
  unexpected(line, 'MISSING_HERE', { amount: { expected: 0, found: line.amountMinor } })

/** What a payout has to be for a line of money out, and for one of money that came back. */
const open: Record<'debit' | 'return', readonly PayoutState[]> = { debit: ['SENT', 'CONFIRMED'], return: ['PAID'] }
/** What it is when another line was taken before. */
const taken: Record<'debit' | 'return', readonly PayoutState[]> = { debit: ['PAID', 'RETURNED'], return: ['RETURNED'] }

function ofPayout(line: ReconLine, payout: Payout, facts: BankFacts): BankLineDecision {
  const kind = payoutKind(line)
  if (kind === undefined) return unknown(line)
  const of = { payoutId: payout.payoutId }
  const status = { status: payout.state }
  if (taken[kind].includes(payout.state)) return unexpected(line, 'DUPLICATE', status, of)
  if (!open[kind].includes(payout.state)) return unexpected(line, 'STATUS', status, of)
  if (line.currency !== payout.currency) {
    const currency = { expected: payout.currency, found: line.currency }
    return unexpected(line, 'CURRENCY', { currency }, of)
  }
  return kind === 'debit' ? paid(line, payout, facts) : returned(line, payout)
}

/** Undefined: no payout moves money this way. */
function payoutKind({ kind, amountMinor }: ReconLine): 'debit' | 'return' | undefined {
  if (kind === 'debit' && amountMinor < 0) return kind
  return kind === 'return' && amountMinor > 0 ? kind : undefined
}

function paid(line: ReconLine, payout: Payout, { openBreaks }: BankFacts): BankLineDecision {
  const movedMinor = -line.amountMinor
  const missed = (openBreaks.get(subjectOfPayout(payout)) ?? []).filter(isUnbooked)
  return {
    line,
    payout: { was: payout, becomes: 'PAID', movedMinor },
    allocation: { kind: 'payout', subject: payout.payoutId, amountMinor: line.amountMinor },
    arrivals: missed.map(of => ({ of, movedMinor: 0 })),
    ...payoutDifference('payout_paid_difference', payout, movedMinor),
  }
}

const returned = (line: ReconLine, payout: Payout): BankLineDecision => ({
  line,
  payout: { was: payout, becomes: 'RETURNED', movedMinor: line.amountMinor },
  allocation: { kind: 'return', subject: payout.payoutId, amountMinor: line.amountMinor },
  arrivals: [],
  ...payoutDifference('payout_returned_difference', payout, line.amountMinor),
})

function payoutDifference(
  type: ReconEntryType,
  { payoutId, amountMinor }: Payout,
  movedMinor: number,
): { broken?: LineBreak } {
  if (movedMinor === amountMinor) return {}
  const differences = { amount: { expected: amountMinor, found: movedMinor } }
  const movement = { type, signedMinor: amountMinor - movedMinor }
  return { broken: { class: amountClass(movedMinor - amountMinor), differences, movement, payoutId } }
}

const amountClass = (overMinor: number): BreakClass => (overMinor > 0 ? 'AMOUNT_OVER' : 'AMOUNT_UNDER')

/** It was missed, and nothing was booked for it. */
const isUnbooked = ({ class: name, remainingMinor }: ReconBreak): boolean =>
  name === 'MISSING_THERE' && remainingMinor === 0

/** The acquirer's reference, alone or with the number of one of several deposits. */
export function batchRefsIn(matchKey: string): string[] {
  const numbered = /^(.+)-\d+$/.exec(matchKey)
  return matchKey === '' ? [] : [matchKey, ...(numbered === null ? [] : [numbered[1]!])]
}

/** What the whole reference names goes before what it names without its number. */
const namedBatches = ({ matchKey }: ReconLine, { batches }: BankFacts): AcquirerBatch[] =>
  batchRefsIn(matchKey)
    .map(ref => batches.get(ref) ?? [])
    .find(named => named.length > 0) ?? []

function ofBatches(line: ReconLine, named: readonly AcquirerBatch[], facts: BankFacts): BankLineDecision {
  const [batch, ...others] = named.filter(({ currency }) => currency === line.currency)
  // Two acquirers that use the same reference: refused rather than guessed.
  if (others.length > 0) return unknown(line)
  if (batch !== undefined) return ofBatch(line, batch, facts)
  const currency = { expected: named[0]!.currency, found: line.currency }
  return unexpected(line, 'CURRENCY', { currency }, { batchRef: named[0]!.batchRef })
}

/** Positive: the acquirer has to pay it; negative: we have. */
export const leftOf = ({ netMinor, allocatedMinor, movedMinor }: AcquirerBatch): number =>
  netMinor - allocatedMinor - movedMinor

function ofBatch(line: ReconLine, batch: AcquirerBatch, { openBreaks }: BankFacts): BankLineDecision {
  if (line.kind === 'return') return unknown(line)
  const { amountMinor } = line
  const takesMinor = commonPart(amountMinor, leftOf(batch))
  const breaks = openBreaks.get(subjectOfBatch(batch)) ?? []
  const missing = amountMinor === takesMinor ? undefined : breaks.find(holds(amountMinor - takesMinor))
  const allocatedMinor = missing === undefined ? takesMinor : amountMinor
  if (allocatedMinor === 0 && amountMinor <= 0) return unknown(line)
  const missed = allocatedMinor === 0 ? [] : breaks.filter(isUnbooked)
  return {
    line,
    ...(allocatedMinor === 0
      ? {}
      : { allocation: { kind: 'batch', subject: batch.batchRef, amountMinor: allocatedMinor, batch } }),
    arrivals: [
      ...missed.map(of => ({ of, movedMinor: 0 })),
      ...(missing === undefined ? [] : [{ of: missing, movedMinor: missing.remainingMinor }]),
    ],
    ...excess(line, batch, allocatedMinor),
  }
}

/** How much of the line the batch takes: nothing when they go in opposite directions. */
export function commonPart(lineMinor: number, leftMinor: number): number {
  if (Math.sign(lineMinor) !== Math.sign(leftMinor)) return 0
  return Math.sign(lineMinor) * Math.min(Math.abs(lineMinor), Math.abs(leftMinor))
}

/** What was short of the batch, or given up, and comes now to the last unit. */
const holds =
  (amountMinor: number) =>
  ({ remainingMinor }: ReconBreak): boolean =>
    remainingMinor === amountMinor

function excess(line: ReconLine, batch: AcquirerBatch, allocatedMinor: number): { broken?: LineBreak } {
  const signedMinor = line.amountMinor - allocatedMinor
  if (signedMinor === 0) return {}
  const differences = { amount: { expected: allocatedMinor, found: line.amountMinor } }
  const movement = { type: 'unexpected', signedMinor } as const
  return { broken: { class: 'AMOUNT_OVER', differences, movement, batchRef: batch.batchRef } }
}

/** Without a reference its two lines could not be told from those of another transfer. */
const isTransfer = ({ matchKey, partyAccount, sourceId }: ReconLine, facts: BankFacts): boolean =>
  matchKey !== '' &&
  ((partyAccount !== null && facts.otherAccounts.has(partyAccount)) ||
    facts.transfers.some(leg => leg.reference === matchKey && leg.sourceId !== sourceId))

/** Of two lines that do not agree the second stays out, so that what it says is seen. */
function ofTransfer(line: ReconLine, { transfers }: BankFacts): BankLineDecision {
  const { matchKey: reference, amountMinor, currency, sourceId } = line
  const legs = transfers.filter(leg => leg.reference === reference)
  if (legs.some(leg => leg.sourceId === sourceId)) return unexpected(line, 'DUPLICATE', {})
  const [other] = legs
  if (other !== undefined && other.currency !== currency)
    return unexpected(line, 'CURRENCY', { currency: { expected: other.currency, found: currency } })
  const expectedMinor = other === undefined ? amountMinor : -other.amountMinor
  if (expectedMinor !== amountMinor) {
    const differences = { amount: { expected: expectedMinor, found: amountMinor } }
    return unexpected(line, amountClass(Math.abs(amountMinor) - Math.abs(expectedMinor)), differences)
  }
  return { line, arrivals: [], allocation: { kind: 'transfer', subject: reference, amountMinor } }
}

/** After it the facts are as if the decision had been written. */
export function rememberDecision(facts: BankFacts, { line, payout, allocation, arrivals }: BankLineDecision): void {
  if (payout !== undefined) {
    const { was, becomes } = payout
    facts.payouts.set(was.payoutId, { ...was, state: becomes, eventCount: was.eventCount + 1 })
  }
  for (const { of } of arrivals) facts.openBreaks.set(of.subject, without(facts.openBreaks.get(of.subject)!, of))
  if (allocation?.kind === 'batch') rememberBatch(facts, allocation.batch!, allocation.amountMinor, arrivals)
  if (allocation?.kind === 'transfer') {
    const { sourceId, currency } = line
    const { subject: reference, amountMinor } = allocation
    facts.transfers.push({ sourceId, reference, currency, amountMinor })
  }
}

const without = (breaks: readonly ReconBreak[], { breakId }: ReconBreak): ReconBreak[] =>
  breaks.filter(other => other.breakId !== breakId)

function rememberBatch(
  { batches }: BankFacts,
  batch: AcquirerBatch,
  amountMinor: number,
  arrivals: readonly Arrival[],
): void {
  const { batchRef } = batch
  const cameBackMinor = arrivals.reduce((sum, { movedMinor }) => sum + movedMinor, 0)
  const changed: AcquirerBatch = {
    ...batch,
    allocatedMinor: batch.allocatedMinor + amountMinor,
    movedMinor: batch.movedMinor - cameBackMinor,
  }
  batches.set(
    batchRef,
    (batches.get(batchRef) ?? []).map(other => (isSame(other, batch) ? changed : other)),
  )
}

const isSame = (one: BatchKey, other: BatchKey): boolean => subjectOfBatch(one) === subjectOfBatch(other)
