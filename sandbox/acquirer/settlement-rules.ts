/** What the batches of a day hold and how they are paid: from what was decided, and from the tokens that spoil it. */
import type { SettlementLineKind } from '../../shared/contracts/acquirer.ts'
import { AMOUNT_MAX } from '../../shared/contracts/identifiers.ts'
import { type SettlementFault, settlementFaultOf } from '../../shared/contracts/test-tokens.ts'
import type { SettledDispute } from './disputes.ts'
import { type ChargedMove, chargeOfLast } from './fees.ts'

/** An approved capture or refund. */
export interface SettledOperation {
  /** Of its entry in the journal. */
  sequence: number
  operationId: string
  kind: ChargedMove['kind']
  amountMinor: bigint
  currency: string
  method: string
  soldOn: string
  /** All approved captures and refunds of its hold until then, this one the last. */
  movesOfHold: readonly ChargedMove[]
}

/** Signed minor units. */
export interface SettlementLine {
  kind: SettlementLineKind
  reference: string
  soldOn: string
  amountMinor: bigint
  feeMinor: bigint
  vatMinor: bigint
  netMinor: bigint
}

/** What stands in a batch beside what is carried. */
export interface BatchContent {
  operations: readonly SettledOperation[]
  disputes: readonly SettledDispute[]
}

/** What a batch left over to the next one of its currency. */
export interface Carry {
  batch: string
  day: string
  netMinor: bigint
}

/** A deposit that is to be paid into the bank. */
export interface BatchPayment {
  reference: string
  amountMinor: bigint
}

const WRONG_FEE_MINOR = 100n
const WRONG_AMOUNT_MINOR = 500n
const DISPUTE_FEE_MINOR = 1_000n
const SHORT_MINOR = 1_000n

/** How often the line stands in the file. */
const timesOf: Partial<Record<SettlementFault, number>> = { missing: 0, twice: 2 }

export const batchOf = (day: string, currency: string): string => `ACQ-${day.replaceAll('-', '')}-${currency}`

/** Refunds are settled rightly, whatever their token. */
export const faultOf = ({ kind, method }: SettledOperation): SettlementFault | undefined =>
  kind === 'capture' ? settlementFaultOf(method) : undefined

/** The lines of a batch, in the order of deciding; what is carried comes first, and disputes last. */
export function linesOf({ operations, disputes }: BatchContent, carried: Carry | undefined): SettlementLine[] {
  const lines = operations.flatMap(operation => {
    const fault = faultOf(operation)
    return Array<SettlementLine>(fault === undefined ? 1 : (timesOf[fault] ?? 1)).fill(lineOf(operation, fault))
  })
  return [...(carried === undefined ? [] : [carryLine(carried)]), ...lines, ...disputes.flatMap(disputeLines)]
}

function lineOf(
  { kind, operationId, soldOn, ...operation }: SettledOperation,
  fault?: SettlementFault,
): SettlementLine {
  const { feeMinor, vatMinor } = chargeOfLast(operation.movesOfHold)
  const amountMinor = kind === 'capture' ? captured(operation.amountMinor, fault) : -operation.amountMinor
  const takenMinor = fault === 'wrong_fee' ? feeMinor + WRONG_FEE_MINOR : feeMinor
  const netMinor = amountMinor - takenMinor - vatMinor
  return { kind, reference: operationId, soldOn, amountMinor, feeMinor: takenMinor, vatMinor, netMinor }
}

function captured(minor: bigint, fault: SettlementFault | undefined): bigint {
  if (fault === 'over') return minor + WRONG_AMOUNT_MINOR
  return fault === 'under' ? atLeastOne(minor - WRONG_AMOUNT_MINOR) : minor
}

/** What a dispute costs is not given back with its win. */
function disputeLines({ kind, operationId, day, method, ...step }: SettledDispute): SettlementLine[] {
  if (step.amountMinor === 0n) return []
  const isWon = kind === 'chargeback_won'
  const amountMinor = isWon ? step.amountMinor : -step.amountMinor
  const feeMinor = isWon ? 0n : DISPUTE_FEE_MINOR
  const line = { kind, reference: operationId, soldOn: day, amountMinor, feeMinor, vatMinor: 0n }
  const times = settlementFaultOf(method) === 'chargeback_twice' ? 2 : 1
  return Array<SettlementLine>(times).fill({ ...line, netMinor: amountMinor - feeMinor })
}

/** As the next revision has it. */
export function amendedLine(line: SettlementLine): SettlementLine {
  const amountMinor = atLeastOne(line.amountMinor - WRONG_AMOUNT_MINOR)
  return { ...line, amountMinor, netMinor: amountMinor - line.feeMinor - line.vatMinor }
}

const carryLine = ({ batch, day, netMinor }: Carry): SettlementLine => ({
  ...{ kind: 'carry', reference: batch, soldOn: day },
  ...{ amountMinor: netMinor, feeMinor: 0n, vatMinor: 0n, netMinor },
})

export const netOf = (lines: readonly SettlementLine[]): bigint => lines.reduce((sum, line) => sum + line.netMinor, 0n)

/** The deposits that pay a batch; none when there is nothing to pay. The bank takes no more than AMOUNT_MAX at once. */
export function paymentsOf(batch: string, netMinor: bigint, operations: readonly SettledOperation[]): BatchPayment[] {
  if (netMinor <= 0n) return []
  const faults = new Set(operations.map(faultOf))
  const paidMinor = faults.has('short') ? atLeastOne(netMinor - SHORT_MINOR) : netMinor
  const parts = faults.has('split') ? [paidMinor / 2n, paidMinor - paidMinor / 2n] : [paidMinor]
  const amounts = parts.flatMap(inDeposits)
  return amounts.map((amountMinor, index) => ({
    reference: amounts.length === 1 ? batch : `${batch}-${index + 1}`,
    amountMinor,
  }))
}

const atLeastOne = (minor: bigint): bigint => (minor > 1n ? minor : 1n)

function inDeposits(minor: bigint): bigint[] {
  const max = BigInt(AMOUNT_MAX)
  const whole = Array<bigint>(Number(minor / max)).fill(max)
  return minor % max === 0n ? whole : [...whole, minor % max]
}
