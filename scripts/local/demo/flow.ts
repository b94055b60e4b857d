/** One payment of the demo panel's traffic, drawn from a seed and its number alone: the same two give the same payment. */
import { createHash } from 'node:crypto'
import type { TrafficStep } from '../../../shared/contracts/demo-panel.ts'

export interface Flow {
  merchantId: string
  amount: number
  currency: string
  paymentMethod: string
  /** After the authorization, which may capture at once. */
  capture: boolean
  /** Further steps in their order; `part`: not all of the amount. */
  steps: { step: Exclude<TrafficStep, 'authorize'>; part?: number }[]
}

const MERCHANTS = ['demo-books', 'demo-cafe', 'demo-phones'] as const
const CURRENCIES = ['KRW', 'KRW', 'KRW', 'USD'] as const
const DECLINES = ['tok_decline', 'tok_insufficient_funds', 'tok_lost_card'] as const

/** Of a hundred payments. The rest is held and left so. */
const SHARES = [
  ['declined', 14],
  ['captured', 42],
  ['captured later', 16],
  ['refunded', 12],
  ['partly refunded', 6],
  ['voided', 5],
] as const
type Kind = (typeof SHARES)[number][0] | 'held'

export function drawFlow(seed: number, number: number): Flow {
  const draw = drawsOf(seed, number)
  const kind = kindOf(draw(100))
  const currency = CURRENCIES[draw(CURRENCIES.length)]!
  const amount = currency === 'KRW' ? 1_000 * (1 + draw(300)) : 100 * (1 + draw(300))
  return {
    merchantId: MERCHANTS[draw(MERCHANTS.length)]!,
    amount,
    currency,
    paymentMethod: kind === 'declined' ? DECLINES[draw(DECLINES.length)]! : 'tok_approve',
    capture: kind === 'captured' || kind === 'refunded' || kind === 'partly refunded',
    steps: stepsOf(kind, amount),
  }
}

function kindOf(percent: number): Kind {
  let below = 0
  for (const [kind, share] of SHARES) {
    below += share
    if (percent < below) return kind
  }
  return 'held'
}

function stepsOf(kind: Kind, amount: number): Flow['steps'] {
  switch (kind) {
    case 'captured later':
      return [{ step: 'capture' }]
    case 'refunded':
      return [{ step: 'refund' }]
    case 'partly refunded':
      return [{ step: 'refund', part: Math.ceil(amount / 4) }]
    case 'voided':
      return [{ step: 'void' }]
    case 'declined':
    case 'captured':
    case 'held':
      return []
  }
}

/** Each call gives an integer from 0 to below `choices`. */
function drawsOf(seed: number, number: number): (choices: number) => number {
  const bytes = createHash('sha256').update(`${seed} ${number}`).digest()
  let at = 0
  return choices => {
    const drawn = bytes.readUInt32BE(at)
    at += 4
    return drawn % choices
  }
}
