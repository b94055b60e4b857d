/** What one buyer does: a payment and its calls, each with its own key, and the answers that would be right. */
import type { RequestedKind } from '../../../shared/contracts/lists.ts'
import type { Random } from '../random.ts'

export type CallKind = RequestedKind

export interface PlannedCall {
  kind: CallKind
  key: string
  /** The status code of the right answer. */
  expected: number
}

export interface Flow {
  index: number
  merchantId: string
  /** Minor units. */
  amount: number
  currency: string
  paymentMethod: string
  calls: PlannedCall[]
}

/** What buyers do, and how many in a hundred do it. */
const shapes: { percent: number; calls: string; paymentMethod?: string }[] = [
  { percent: 53, calls: 'authorize 201, capture 200, refund 200' },
  { percent: 15, calls: 'authorize 201, capture 200' },
  { percent: 10, calls: 'authorize 402', paymentMethod: 'tok_decline' },
  { percent: 5, calls: 'authorize 201' },
  { percent: 5, calls: 'authorize 201, refund 409' },
  { percent: 5, calls: 'authorize 201, capture 200, capture 409' },
  { percent: 5, calls: 'authorize 201, capture 200, refund 200, refund 409' },
  { percent: 2, calls: 'authorize 201, capture 200', paymentMethod: 'tok_slow' },
]

/** A flow of any shape. */
export function drawFlow(random: Random, merchantId: string, index: number): Flow {
  let draw = random.fraction() * 100
  const shape = shapes.find(({ percent }) => {
    draw -= percent
    return draw < 0
  })!
  return flowOf(random, merchantId, index, shape.calls, shape.paymentMethod)
}

const flowOf = (
  random: Random,
  merchantId: string,
  index: number,
  calls: string,
  paymentMethod = 'tok_approve',
): Flow => ({
  index,
  merchantId,
  amount: random.integer(1, 2_000_000),
  currency: random.pick(['KRW', 'KRW', 'USD', 'JPY']),
  paymentMethod,
  calls: calls.split(', ').map((call, step) => {
    const [kind, expected] = call.split(' ')
    return { kind: kind as CallKind, expected: Number(expected), key: `${index}-${step}-${kind}` }
  }),
})
