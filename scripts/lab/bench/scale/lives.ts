/** Draws what becomes of generated payments: who buys what, which operations follow, when, and how each ends. Pure, by a seed. */
import type { OperationKind } from '../../../../shared/contracts/lists.ts'
import { APPROVING_TOKEN, declineReasons } from '../../../../shared/contracts/test-tokens.ts'
import type { FinalVerdict } from '../../../../shared/payments/record-outcome.ts'
import type { Random } from '../../random.ts'

/** One operation of a life. */
export interface DrawnStep {
  kind: OperationKind
  /** From the end of the step before, or from the beginning of the life. */
  afterMs: number
  /** Share of what is left that it moves; 1: all of it. */
  share: number
  /** Of a capture: whether it releases what it leaves. */
  finalCapture: boolean | null
  verdict: FinalVerdict
  /** An authorization that is captured in the same call, or that capture. */
  combined: boolean
  hasKey: boolean
  /** Decided by a later attempt, after the first one's outcome was unknown; `by hand`: a person settled it. */
  resolved: 'at once' | 'later' | 'by hand'
}

export interface Life {
  merchantId: string
  /** Minor units. */
  amountMinor: number
  currency: string
  orderId: string | null
  paymentMethod: string
  language: 'en' | 'ko'
  steps: DrawnStep[]
  /** A request that was refused by the state at the end: its 409 is stored, and no operation was begun. */
  isRefusedAtTheEnd: boolean
}

export const MERCHANTS = 1_000
/** The first merchant has a tenth of all payments, the last one a few of ten thousand. */
const MERCHANT_SKEW = 3

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export const merchantName = (index: number): string => `scale-${String(index).padStart(4, '0')}`

/** Draws from weighted choices. */
function draw<T>(random: Random, choices: readonly (readonly [weight: number, choice: T])[]): T {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0)
  let left = random.fraction() * total
  for (const [weight, choice] of choices) {
    left -= weight
    if (left < 0) return choice
  }
  return choices.at(-1)![1]
}

const approved: FinalVerdict = { kind: 'approved' }
const declined = (random: Random): FinalVerdict => ({
  kind: 'declined',
  reason: random.pick(Object.values(declineReasons)),
})

const step = (kind: DrawnStep['kind'], afterMs: number, more: Partial<DrawnStep> = {}): DrawnStep => ({
  kind,
  afterMs,
  share: 1,
  finalCapture: kind === 'capture' ? true : null,
  verdict: approved,
  combined: false,
  hasKey: true,
  resolved: 'at once',
  ...more,
})

const soon = (random: Random): number => random.integer(MINUTE_MS, 2 * HOUR_MS)
const later = (random: Random): number => random.integer(HOUR_MS, 20 * HOUR_MS)
const someShare = (random: Random): number => random.integer(10, 90) / 100

const capturedAtOnce = step('capture', 1, { combined: true, hasKey: false })

type Fate = (random: Random) => DrawnStep[]

const authorizations: readonly [number, FinalVerdict['kind']][] = [
  [920, 'approved'],
  [70, 'declined'],
  [10, 'canceled'],
]

/** What follows an approved authorization. */
const fates: readonly (readonly [number, Fate])[] = [
  [60, random => [step('capture', soon(random), { hasKey: random.fraction() < 0.5 })]],
  // In the same call.
  [15, () => [capturedAtOnce]],
  [
    4,
    random => [
      step('capture', soon(random), { share: someShare(random), finalCapture: false }),
      step('capture', later(random)),
    ],
  ],
  // The rest is let go with the capture, by a void, or by time.
  [3, random => [step('capture', soon(random), { share: someShare(random) })]],
  [
    1,
    random => [
      step('capture', soon(random), { share: someShare(random), finalCapture: false }),
      step('void', later(random)),
    ],
  ],
  [1, random => [step('capture', soon(random), { share: someShare(random), finalCapture: false })]],
  [8, random => [step('void', soon(random), { hasKey: random.fraction() < 0.5 })]],
  [7, () => []],
  [1, random => [step('capture', soon(random), { verdict: declined(random) }), step('capture', soon(random))]],
]

/** What follows when all capturing is over. */
const refunds: readonly (readonly [number, Fate])[] = [
  [84, () => []],
  [9, random => [step('refund', later(random), { hasKey: random.fraction() < 0.5 })]],
  [4, random => [step('refund', later(random), { share: someShare(random) })]],
  [2, random => [step('refund', soon(random), { share: someShare(random) }), step('refund', later(random))]],
  [1, random => [step('refund', later(random), { verdict: declined(random) })]],
]

/** `held`: authorized, and no more. `captured`: in one call. */
export type LifeKind = 'any' | 'held' | 'captured'

const stepsOf: Record<LifeKind, (random: Random) => DrawnStep[]> = {
  any: drawSteps,
  held: () => [step('authorize', 0)],
  captured: () => [step('authorize', 0, { combined: true }), capturedAtOnce],
}

export function drawLife(random: Random, kind: LifeKind = 'any'): Life {
  const merchant = Math.floor(MERCHANTS * random.fraction() ** MERCHANT_SKEW)
  const currency = random.pick(['KRW', 'KRW', 'USD', 'JPY'])
  const steps = stepsOf[kind](random)
  return {
    merchantId: merchantName(merchant),
    amountMinor: random.integer(1_000, 2_000_000),
    currency,
    orderId: drawOrderId(random),
    paymentMethod: APPROVING_TOKEN,
    language: random.fraction() < 0.1 ? 'ko' : 'en',
    steps,
    isRefusedAtTheEnd: kind === 'any' && random.fraction() < 0.005,
  }
}

/** Most orders have one payment, some are tried again, some payments name none. */
function drawOrderId(random: Random): string | null {
  const kind = random.fraction()
  if (kind < 0.1) return null
  return `order-${random.integer(0, kind < 0.2 ? 99_999 : 999_999_999)}`
}

function drawSteps(random: Random): DrawnStep[] {
  const outcome = draw(random, authorizations)
  if (outcome !== 'approved') return [refusedAuthorization(random, outcome)]
  const fate = draw(random, fates)(random)
  const combined = fate[0]?.combined ?? false
  const resolved = drawResolved(random)
  return [
    step('authorize', 0, { combined, resolved: combined ? 'at once' : resolved }),
    ...fate,
    ...(isCapturedInTheEnd(fate) ? draw(random, refunds)(random) : []),
  ]
}

/** Something was captured, and no more can be. */
const isCapturedInTheEnd = (fate: readonly DrawnStep[]): boolean =>
  fate.some(({ kind }) => kind === 'capture') && (fate.at(-1)!.kind === 'void' || fate.at(-1)!.finalCapture === true)

const refusedAuthorization = (random: Random, outcome: 'declined' | 'canceled'): DrawnStep =>
  outcome === 'declined'
    ? step('authorize', 0, { verdict: declined(random) })
    : step('authorize', 0, { verdict: { kind: 'canceled' }, resolved: random.fraction() < 0.1 ? 'by hand' : 'later' })

const drawResolved = (random: Random): DrawnStep['resolved'] =>
  draw(random, [
    [9_940, 'at once'],
    [50, 'later'],
    [10, 'by hand'],
  ])
