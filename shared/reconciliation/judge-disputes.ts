/** Which lines of an acquirer open a dispute or win one: a function of what is known when they come. */
import type { Dispute, DisputedCapture } from '../settlement/ports.ts'
import type { ReconLine } from './ports.ts'

/** Why a line has done nothing to a dispute: more is disputed than is left of the payment, or somebody has given the dispute up. */
export type NoDispute = 'OVER' | 'LOST'

/** The payments of the captures and the disputes are locked. */
export interface DisputeFacts {
  /** Those that the lines name. */
  captures: readonly DisputedCapture[]
  /** Of these captures. */
  disputes: readonly Dispute[]
  /** Payments that were captured before it are left out. */
  settledFromMs: number
}

/** A dispute that a line opens or wins, as it is then. */
export type MovedDispute = Dispute & { state: 'OPEN' | 'WON' }

export interface DisputeStep {
  line: ReconLine
  dispute: MovedDispute
}

export interface JudgedDisputes {
  steps: DisputeStep[]
  /** By the line's number. */
  refused: Map<number, NoDispute>
}

/** How a dispute begins and how it is won. */
export interface DisputeMoves {
  open(line: ReconLine, capture: DisputedCapture): MovedDispute
  win(dispute: Dispute): MovedDispute
}

/** What was known, and what the lines so far have made of it. */
interface Now {
  captures: ReadonlyMap<string, DisputedCapture>
  disputes: Map<string, Dispute>
  /** Of each payment. */
  leftMinor: Map<string, number>
  settledFromMs: number
}

/** `lines` are new, and judged in their order: each changes what is left for the next. */
export function judgeDisputes(
  lines: readonly ReconLine[],
  { captures, disputes, settledFromMs }: DisputeFacts,
  moves: DisputeMoves,
): JudgedDisputes {
  const now: Now = {
    captures: new Map(captures.map(capture => [capture.operationId, capture])),
    disputes: new Map(disputes.map(dispute => [dispute.externalRef, dispute])),
    leftMinor: new Map(captures.map(({ paymentId, leftMinor }) => [paymentId, leftMinor])),
    settledFromMs,
  }
  const judged: JudgedDisputes = { steps: [], refused: new Map() }
  for (const line of lines) {
    const verdict = line.kind === 'chargeback' ? judgeChargeback(line, now, moves) : judgeWin(line, now, moves)
    if (typeof verdict === 'string') judged.refused.set(line.lineNo, verdict)
    else if (verdict !== undefined) judged.steps.push(taken({ line, dispute: verdict }, now))
  }
  return judged
}

/** Signed as its line: what a step gives back of the payment, negative when it is disputed. */
export const givenBackMinor = ({ dispute: { state, amountMinor } }: DisputeStep): number =>
  state === 'WON' ? amountMinor : -amountMinor

function taken(step: DisputeStep, { disputes, leftMinor }: Now): DisputeStep {
  const { externalRef, paymentId } = step.dispute
  disputes.set(externalRef, step.dispute)
  leftMinor.set(paymentId, leftMinor.get(paymentId)! + givenBackMinor(step))
  return step
}

type Verdict = MovedDispute | NoDispute | undefined

function judgeChargeback(line: ReconLine, now: Now, { open }: DisputeMoves): Verdict {
  const capture = now.captures.get(line.matchKey)
  if (capture === undefined || now.disputes.has(line.matchKey) || !isDisputable(capture, line, now)) return undefined
  return -line.amountMinor > now.leftMinor.get(capture.paymentId)! ? 'OVER' : open(line, capture)
}

const isDisputable = (
  { state, currency, capturedFromMs }: DisputedCapture,
  line: ReconLine,
  { settledFromMs }: Now,
): boolean =>
  state === 'SUCCEEDED' && currency === line.currency && capturedFromMs !== null && capturedFromMs >= settledFromMs

function judgeWin(line: ReconLine, { disputes }: Now, { win }: DisputeMoves): Verdict {
  const dispute = disputes.get(line.matchKey)
  if (dispute === undefined || dispute.currency !== line.currency || dispute.state === 'WON') return undefined
  return dispute.state === 'LOST' ? 'LOST' : win(dispute)
}
