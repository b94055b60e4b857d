/** What the acquirer decides, and what it knows of a hold: from orders and the virtual time alone. */
import type { AcquirerOrderBody, acquirerReasons, DecisionState } from '../../shared/contracts/acquirer.ts'
import type { OperationKind } from '../../shared/contracts/lists.ts'
import { behaviorOf, declineReasons, type TokenBehavior } from '../../shared/contracts/test-tokens.ts'

/** An order with its decision; amounts in minor units, times in the virtual time. */
export interface DecidedOrder {
  order: AcquirerOrderBody
  state: DecisionState
  decidedAtMs: number
}

/** The acquirer's own account of one approved authorization. `refundedMinor` ≤ `capturedMinor` ≤ `amountMinor`. */
export interface Hold {
  amountMinor: number
  currency: string
  /** Nothing is captured at or after this moment of the virtual time. */
  expiresAtMs: number
  capturedMinor: number
  refundedMinor: number
  /** What the card holder took back and was not won. With what was refunded it may be more than was captured. */
  disputedMinor: number
  /** Released, or captured for the last time. */
  closed: boolean
}

export type Ruling = { state: 'APPROVED'; reason: null } | { state: 'DECLINED'; reason: string }

const approved: Ruling = { state: 'APPROVED', reason: null }
const declined = (reason: (typeof acquirerReasons)[number]): Ruling => ({ state: 'DECLINED', reason })

/**
 * The hold of an authorize operation after the orders that named it, in the order of deciding; undefined when there is none:
 * it is unknown, is no authorization, or was not approved. `disputedMinor`: what of it is taken back.
 */
export function holdOf(
  authorization: DecidedOrder | undefined,
  later: readonly DecidedOrder[],
  holdWindowMs: number,
  disputedMinor = 0,
): Hold | undefined {
  if (authorization?.state !== 'APPROVED' || authorization.order.kind !== 'authorize') return undefined
  const { amount, currency } = authorization.order
  const hold: Hold = {
    amountMinor: amount,
    currency,
    expiresAtMs: authorization.decidedAtMs + holdWindowMs,
    capturedMinor: 0,
    refundedMinor: 0,
    disputedMinor,
    closed: false,
  }
  for (const { order, state } of later) if (state === 'APPROVED') apply(hold, order)
  return hold
}

function apply(hold: Hold, order: AcquirerOrderBody): void {
  switch (order.kind) {
    case 'authorize':
      return
    case 'capture':
      hold.capturedMinor += order.amount
      hold.closed ||= order.finalCapture === true
      return
    case 'refund':
      hold.refundedMinor += order.amount
      return
    case 'void':
    case 'expire':
      hold.closed = true
      return
  }
}

/** The decision on an order that meets this hold at this virtual time. A token's own decline comes before every other rule. */
export function decide(order: AcquirerOrderBody, hold: Hold | undefined, nowMs: number): Ruling {
  const behavior = behaviorOf(order.method, order.kind)
  if (behavior.kind === 'unknown') return declined('unknown_payment_method')
  if (isDecline(behavior)) return { state: 'DECLINED', reason: declineReasons[behavior.kind] }
  return rulings[order.kind](order, hold?.currency === order.currency ? hold : undefined, nowMs)
}

const isDecline = (behavior: TokenBehavior): behavior is { kind: keyof typeof declineReasons } =>
  Object.hasOwn(declineReasons, behavior.kind)

const rulings: Record<OperationKind, (order: AcquirerOrderBody, hold: Hold | undefined, nowMs: number) => Ruling> = {
  authorize: () => approved,
  capture: captureRuling,
  refund: refundRuling,
  // Money that is not held counts as released.
  void: () => approved,
  expire: () => approved,
}

function captureRuling({ amount }: AcquirerOrderBody, hold: Hold | undefined, nowMs: number): Ruling {
  if (hold === undefined) return declined('no_such_hold')
  if (nowMs >= hold.expiresAtMs) return declined('hold_expired')
  if (hold.closed) return declined('hold_closed')
  return amount > hold.amountMinor - hold.capturedMinor ? declined('amount_exceeds_hold') : approved
}

function refundRuling({ amount }: AcquirerOrderBody, hold: Hold | undefined): Ruling {
  if (hold === undefined) return declined('no_such_hold')
  const leftMinor = hold.capturedMinor - hold.refundedMinor - hold.disputedMinor
  return amount > leftMinor ? declined('amount_exceeds_captured') : approved
}

const ofHold: Record<OperationKind, boolean> = {
  authorize: false,
  capture: true,
  refund: true,
  void: true,
  expire: true,
}

/** Why these fields do not fit together; undefined when they do. */
export function misfitOf({ kind, authorizationId, finalCapture }: AcquirerOrderBody): string | undefined {
  if ((authorizationId !== null) !== ofHold[kind])
    return `authorizationId: must be ${ofHold[kind] ? 'the authorize operation' : 'null'} for kind ${kind}`
  if ((finalCapture !== null) !== (kind === 'capture'))
    return `finalCapture: must be ${kind === 'capture' ? 'true or false' : 'null'} for kind ${kind}`
  return undefined
}
