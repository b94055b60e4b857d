/** The sandbox's payment methods: what goes wrong, and with which operation or its settlement. Every other operation of the same token approves. */
import type { OperationKind } from './lists.ts'

export const tokenFailures = [
  /** Declined, with a reason. */
  'decline',
  'insufficient_funds',
  'lost_card',
  /** Neither decided nor answered. */
  'timeout_before',
  /** Approved, never answered. */
  'timeout_after',
  /** Approved, and the connection is cut. */
  'drop_after',
  /** Arrives only after somebody asked about it. */
  'late',
  /** A 500; nothing is decided. */
  'error',
  /** Approved, and answered with what cannot be read. */
  'garbage',
] as const
export type TokenFailure = (typeof tokenFailures)[number]

/**
 * What goes wrong when the acquirer settles a capture: with its line in the settlement file, with the payment of the batch that the line
 * is in, or later, when the card holder takes the money back. Every operation of these tokens approves, but for a refund of what was taken
 * back; and refunds are settled rightly.
 */
export const settlementFaults = [
  /** The batch is paid 1,000 minor units too little. */
  'short',
  /** The line comes in the next day's file. */
  'late',
  /** The batch is paid by two deposits. */
  'split',
  /** The line stands twice in its file, and is paid twice. */
  'twice',
  /** The line never comes, and is not paid. */
  'missing',
  /** The line's fee is 100 minor units too high. */
  'wrong_fee',
  /** The line's amount is 500 minor units too high. */
  'over',
  /** The line's amount is 500 minor units too low. */
  'under',
  /** A second revision of the file, a day later, has an amount of 500 minor units less. */
  'amended',
  /** Three business days later the card holder takes back what was not refunded. */
  'chargeback',
  /** The same, and three business days after that we win it back. */
  'chargeback_won',
  /** The same as a chargeback, whose line stands twice in its file. */
  'chargeback_twice',
  /** The card holder takes the whole capture back, also what was refunded. */
  'over_disputed',
] as const
export type SettlementFault = (typeof settlementFaults)[number]

/** Of which the card holder takes the money back. */
export const disputedFaults = [
  'chargeback',
  'chargeback_won',
  'chargeback_twice',
  'over_disputed',
] as const satisfies readonly SettlementFault[]

export const settlementTokenOf = (fault: SettlementFault): string => `tok_settle_${fault}`

/** Of every payment method, also of those that the sandbox does not know. */
export const TOKEN_FORM = /^tok_[a-z0-9_]{1,40}$/

export const SLOW_TOKEN = 'tok_slow'
export const APPROVING_TOKEN = 'tok_approve'

/** The reason of a decline, as the acquirer gives it. */
export const declineReasons = {
  decline: 'do_not_honor',
  insufficient_funds: 'insufficient_funds',
  lost_card: 'lost_card',
} as const satisfies Partial<Record<TokenFailure, string>>

export type TokenBehavior = { kind: 'approve' } | { kind: 'slow' } | { kind: 'unknown' } | { kind: TokenFailure }

/** The operations that a token can name. Without a name it means the authorization. */
const namedKinds: Record<OperationKind, string | undefined> = {
  authorize: '',
  capture: 'capture_',
  refund: 'refund_',
  void: 'void_',
  // Nobody asks for an expiry, so that no token makes one fail.
  expire: undefined,
}

const failureByToken = new Map<string, { kind: OperationKind; failure: TokenFailure }>()
for (const kind of Object.keys(namedKinds) as OperationKind[])
  for (const failure of tokenFailures)
    if (namedKinds[kind] !== undefined) failureByToken.set(`tok_${namedKinds[kind]}${failure}`, { kind, failure })

const faultByToken = new Map<string, SettlementFault>(settlementFaults.map(fault => [settlementTokenOf(fault), fault]))

/** Every token of the sandbox. */
export const testTokens: readonly string[] = [
  APPROVING_TOKEN,
  SLOW_TOKEN,
  ...failureByToken.keys(),
  ...faultByToken.keys(),
]

/** What goes wrong when a capture with this payment method is settled; undefined when nothing does. */
export const settlementFaultOf = (paymentMethod: string): SettlementFault | undefined => faultByToken.get(paymentMethod)

/** How an operation with this payment method goes. `unknown`: no token of the sandbox, declined whatever the operation. */
export function behaviorOf(paymentMethod: string, kind: OperationKind): TokenBehavior {
  if (paymentMethod === APPROVING_TOKEN || faultByToken.has(paymentMethod)) return { kind: 'approve' }
  // Only an authorization is slow: the buyer waits once in a purchase.
  if (paymentMethod === SLOW_TOKEN) return { kind: kind === 'authorize' ? 'slow' : 'approve' }
  const named = failureByToken.get(paymentMethod)
  if (named === undefined) return { kind: 'unknown' }
  return { kind: named.kind === kind ? named.failure : 'approve' }
}
