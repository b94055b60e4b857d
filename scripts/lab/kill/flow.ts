/** What one buyer does, or operators for the buyer: a payment and its calls, each with its own key, and the answers that would be right. */
import type { RequestedKind } from '../../../shared/contracts/lists.ts'
import { newConsoleKey } from '../console/console-key.ts'
import type { LabOperator } from '../console/operators.ts'
import type { Random } from '../random.ts'

export type CallKind = RequestedKind

export interface PlannedCall {
  kind: CallKind
  key: string
  /** The status code of the right answer. */
  expected: number
  /** Who asks for it in the console, and why. Absent of a merchant's own call. */
  asked?: { operator: LabOperator; reason: string }
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
  { percent: 48, calls: 'authorize 201, capture 200, refund 200' },
  { percent: 15, calls: 'authorize 201, capture 200' },
  { percent: 5, calls: 'authorize 201, void 200' },
  { percent: 10, calls: 'authorize 402', paymentMethod: 'tok_decline' },
  { percent: 5, calls: 'authorize 201' },
  { percent: 5, calls: 'authorize 201, refund 409' },
  { percent: 5, calls: 'authorize 201, capture 200, capture 409' },
  { percent: 5, calls: 'authorize 201, capture 200, refund 200, refund 409' },
  { percent: 2, calls: 'authorize 201, capture 200', paymentMethod: 'tok_slow' },
]

/** Of captures, refunds and voids. */
const OPERATOR_SHARE = 0.3

/** Who does it. */
export interface Actors {
  merchantId: string
  /** Signed in; none: merchants do everything. */
  operators: readonly LabOperator[]
}

/** A flow of any shape. */
export function drawFlow(random: Random, actors: Actors, index: number): Flow {
  let draw = random.fraction() * 100
  const shape = shapes.find(({ percent }) => {
    draw -= percent
    return draw < 0
  })!
  return flowOf(random, actors, index, shape.calls, shape.paymentMethod)
}

const flowOf = (random: Random, actors: Actors, index: number, calls: string, paymentMethod = 'tok_approve'): Flow => ({
  index,
  merchantId: actors.merchantId,
  amount: random.integer(1, 2_000_000),
  currency: random.pick(['KRW', 'KRW', 'USD', 'JPY']),
  paymentMethod,
  calls: calls.split(', ').map((call, step) => {
    const [kind, expected] = call.split(' ')
    const planned = { kind: kind as CallKind, expected: Number(expected), key: `${index}-${step}-${kind}` }
    return kind === 'authorize' ? planned : atTimesInConsole(random, actors, planned)
  }),
})

function atTimesInConsole(random: Random, { operators }: Actors, planned: PlannedCall): PlannedCall {
  if (operators.length === 0 || random.fraction() >= OPERATOR_SHARE) return planned
  const asked = { operator: random.pick(operators), reason: `${planned.key}: 탭을 닫았다 📞` }
  return { ...planned, key: newConsoleKey(), asked }
}
