/** The acquirer of the model: what it knows is part of the state, and what it does with a message is one step. */
import type { AcquirerOrder } from '../../../shared/payments/ports.ts'

export interface AcquirerState {
  /** What became of each operation; never changes. */
  readonly decided: Readonly<Record<string, Decision>>
  readonly capturedMinor: number
  readonly refundedMinor: number
  /** Undefined until an authorization is approved. */
  readonly heldMinor: number | undefined
  readonly closed: boolean
}

export interface Decision {
  readonly kind: AcquirerOrder['kind'] | null
  readonly amountMinor: number
  readonly state: 'approved' | 'declined' | 'canceled'
  /** How often its money was moved. */
  readonly executions: number
}

export type Call = 'submit' | 'inquire' | 'cancel'

/** As the port says it. */
export type Said =
  | { kind: 'approved' }
  | { kind: 'declined'; reason: string }
  | { kind: 'canceled' }
  | { kind: 'not_found' }
  | { kind: 'unknown' }

export interface AcquirerRules {
  /** Whether an order that was decided before is answered with that decision, and moves nothing. */
  isIdempotent: boolean
  /** Whether the cancellation of an order that is not known is kept against its late arrival. */
  keepsTombstones: boolean
}

export const nothingKnown: AcquirerState = {
  decided: {},
  capturedMinor: 0,
  refundedMinor: 0,
  heldMinor: undefined,
  closed: false,
}

/** What a message makes of the acquirer, and what it answers. */
export function receive(
  state: AcquirerState,
  call: Call,
  order: AcquirerOrder,
  rules: AcquirerRules,
): [AcquirerState, Said] {
  const known = state.decided[order.operationId]
  if (call === 'inquire') return [state, known ? saidOf(known) : { kind: 'not_found' }]
  if (call === 'cancel') return known ? [state, saidOf(known)] : cancel(state, order, rules)
  if (known && (rules.isIdempotent || known.state !== 'approved')) return [state, saidOf(known)]
  return decide(state, order, known)
}

function cancel(state: AcquirerState, order: AcquirerOrder, rules: AcquirerRules): [AcquirerState, Said] {
  const tombstone: Decision = { kind: null, amountMinor: order.amountMinor, state: 'canceled', executions: 0 }
  return [rules.keepsTombstones ? withDecision(state, order, tombstone) : state, { kind: 'canceled' }]
}

function decide(state: AcquirerState, order: AcquirerOrder, known: Decision | undefined): [AcquirerState, Said] {
  const isApproved = fits(state, order)
  const decision: Decision = {
    kind: order.kind,
    amountMinor: order.amountMinor,
    state: isApproved ? 'approved' : 'declined',
    executions: (known?.executions ?? 0) + (isApproved ? 1 : 0),
  }
  const after = withDecision(isApproved ? moved(state, order) : state, order, decision)
  return [after, saidOf(decision)]
}

const withDecision = (state: AcquirerState, { operationId }: AcquirerOrder, decision: Decision): AcquirerState => ({
  ...state,
  decided: { ...state.decided, [operationId]: decision },
})

const saidOf = ({ state }: Decision): Said =>
  state === 'declined' ? { kind: 'declined', reason: 'no_such_hold' } : { kind: state }

function fits({ heldMinor, capturedMinor, refundedMinor, closed }: AcquirerState, order: AcquirerOrder): boolean {
  if (order.kind === 'capture')
    return heldMinor !== undefined && !closed && order.amountMinor <= heldMinor - capturedMinor
  return order.kind !== 'refund' || order.amountMinor <= capturedMinor - refundedMinor
}

function moved(state: AcquirerState, { kind, amountMinor, finalCapture }: AcquirerOrder): AcquirerState {
  switch (kind) {
    case 'authorize':
      return { ...state, heldMinor: (state.heldMinor ?? 0) + amountMinor }
    case 'capture':
      return {
        ...state,
        capturedMinor: state.capturedMinor + amountMinor,
        closed: state.closed || finalCapture === true,
      }
    case 'refund':
      return { ...state, refundedMinor: state.refundedMinor + amountMinor }
    case 'void':
    case 'expire':
      return { ...state, closed: true }
  }
}
