/** Which class a line of an acquirer has, what it differs by, and what that books on recon_suspense. */
import type { BreakClass, OperationState } from '../contracts/lists.ts'
import { CASH_IN_TRANSIT } from '../domain/recon-ledger.ts'
import type { NoDispute } from './judge-disputes.ts'
import type { SuspenseMovement } from './open-breaks.ts'
import type { BreakDifferences, EarlierLine, ExpectedLine, ReconLine } from './ports.ts'

/** What of a line is compared. */
export type ComparedLine = Pick<
  ReconLine,
  'amountMinor' | 'feeMinor' | 'vatMinor' | 'netMinor' | 'currency' | 'valueOn'
>

/** What is known here about a line's operation. */
export interface LineFacts {
  /** With the line's source, key and kind, whatever its state. */
  expectation: ExpectedLine | undefined
  /** Another line of this operation and kind was taken before. */
  isTaken: boolean
  /** Undefined: there is no such operation here. */
  operationState: OperationState | undefined
  /** Why the line of a dispute has neither opened nor won one. */
  noDispute: NoDispute | undefined
  /** The first day on which it may be paid. Undefined: the calendar does not say. */
  earliestOn: string | undefined
}

export interface LineVerdict {
  /** Undefined: it fits. */
  class: BreakClass | undefined
  differences: BreakDifferences
  /** What its break books. */
  movements: SuspenseMovement[]
  /** The expectation that it settles. */
  settles: ExpectedLine | undefined
}

interface Case extends LineFacts {
  line: ComparedLine
  /** The expectation while no line has settled it and nobody has given it up. */
  open: ExpectedLine | undefined
}

const failedStates: readonly (OperationState | undefined)[] = ['PENDING', 'DECLINED', 'FAILED']

/** In their order: the first that applies names the break. */
const rules: readonly [BreakClass, (of: Case) => boolean][] = [
  ['DUPLICATE', ({ isTaken }) => isTaken],
  [
    'MISSING_HERE',
    of => of.open === undefined && of.noDispute === undefined && !failedStates.includes(of.operationState),
  ],
  ['OVER_DISPUTED', ({ open, noDispute }) => open === undefined && noDispute === 'OVER'],
  ['STATUS', ({ open }) => open === undefined],
  ['CURRENCY', ({ open, line }) => open!.currency !== line.currency],
  ['AMOUNT_OVER', ({ open, line }) => line.amountMinor > open!.amountMinor],
  ['AMOUNT_UNDER', ({ open, line }) => line.amountMinor < open!.amountMinor],
  ['FEE', ({ open, line }) => line.feeMinor !== open!.feeMinor || line.vatMinor !== open!.vatMinor],
  ['DATE', of => isEarly(of) || (isLate(of) && !isKnownToBeLate(of))],
]

const unexpected: readonly (BreakClass | undefined)[] = [
  ...(['DUPLICATE', 'MISSING_HERE', 'OVER_DISPUTED', 'STATUS', 'CURRENCY'] as const),
]

/** Amounts are compared with their sign: a refund of −3,000 where −4,000 is expected is more. */
export function classifyLine(line: ComparedLine, facts: LineFacts): LineVerdict {
  const open = isOpen(facts.expectation) ? facts.expectation : undefined
  const of: Case = { ...facts, line, open }
  const name = rules.find(([, applies]) => applies(of))?.[0]
  if (unexpected.includes(name))
    return {
      ...{ class: name, differences: differencesOf(name, of), settles: undefined },
      movements: [{ type: 'unexpected', signedMinor: line.netMinor, account: CASH_IN_TRANSIT }],
    }
  return {
    ...{ class: name, differences: comparedWith(open!, line, dayOf(of)), settles: open },
    movements: differing(open!, line),
  }
}

/** Whether a line says what an earlier file said, or comes from a revision before it. Otherwise it is amended. */
export const isRepeated = (line: Pick<ReconLine, 'contentHash'>, earlier: EarlierLine | undefined): boolean =>
  earlier !== undefined && (earlier.contentHash === line.contentHash || earlier.isLater)

/** The same line in a later revision, with other content. */
export function classifyAmended(line: ComparedLine, before: ComparedLine): LineVerdict {
  const [signedMinor, day] = [line.netMinor - before.netMinor, daysOf(before.valueOn, line.valueOn)]
  return {
    ...{ class: 'AMENDED', differences: comparedWith(before, line, day), settles: undefined },
    movements: [{ type: 'unexpected', signedMinor, account: CASH_IN_TRANSIT }],
  }
}

export const isOpen = (expectation: ExpectedLine | undefined): expectation is ExpectedLine =>
  expectation?.state === 'OPEN' || expectation?.state === 'OVERDUE'

const isLate = ({ open, line }: Case): boolean =>
  open!.dueOn !== null && line.valueOn !== null && line.valueOn > open!.dueOn

const isEarly = ({ earliestOn, line }: Case): boolean =>
  earliestOn !== undefined && line.valueOn !== null && line.valueOn < earliestOn

/** Then its break MISSING_THERE says so. */
const isKnownToBeLate = ({ open }: Case): boolean => open!.state === 'OVERDUE'

const dayOf = (of: Case): BreakDifferences => (isLate(of) || isEarly(of) ? daysOf(of.open!.dueOn, of.line.valueOn) : {})

const daysOf = (expected: string | null, found: string | null): BreakDifferences =>
  expected === null || found === null || expected === found ? {} : { day: { expected, found } }

function differencesOf(name: BreakClass | undefined, of: Case): BreakDifferences {
  const { line, open, operationState, noDispute } = of
  if (name === 'CURRENCY') return { currency: { expected: open!.currency, found: line.currency } }
  const nothing = { amountMinor: 0, feeMinor: 0, vatMinor: 0 }
  const status = noDispute === 'LOST' ? noDispute : operationState
  return { ...comparedWith(nothing, line, {}), ...(name === 'STATUS' && status !== undefined && { status }) }
}

type Amounts = Pick<ComparedLine, 'amountMinor' | 'feeMinor' | 'vatMinor'>

function comparedWith(expected: Amounts, found: Amounts, others: BreakDifferences): BreakDifferences {
  const differ = (one: number, other: number) => (one === other ? undefined : { expected: one, found: other })
  const [amount, fee, vat] = [
    differ(expected.amountMinor, found.amountMinor),
    differ(expected.feeMinor, found.feeMinor),
    differ(expected.vatMinor, found.vatMinor),
  ]
  return { ...(amount && { amount }), ...(fee && { fee }), ...(vat && { vat }), ...others }
}

/** With the line's net, and the expected fee and VAT, these are the expected amount. */
const differing = (expected: Amounts, found: Amounts): SuspenseMovement[] =>
  (
    [
      { type: 'differs_amount', signedMinor: expected.amountMinor - found.amountMinor },
      { type: 'differs_fee', signedMinor: found.feeMinor - expected.feeMinor },
      { type: 'differs_vat', signedMinor: found.vatMinor - expected.vatMinor },
    ] as const
  ).filter(({ signedMinor }) => signedMinor !== 0)
