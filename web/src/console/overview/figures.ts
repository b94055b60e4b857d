/** The overview's figures, made of what the API says. */
import { isEventLate } from '../../../../shared/contracts/late-events.ts'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'

type Payments = NonNullable<OverviewView['payments']>
type Outcomes = Pick<Payments, 'approved' | 'refused'>

/** Of a thousand decided payments, how many were approved; never 1,000 when one was not. Null when none was decided. */
export function approvedOfThousand({ approved, refused }: Outcomes): number | null {
  const decided = approved + refused
  return decided === 0 ? null : Math.floor((approved / decided) * 1_000)
}

/** What somebody has to look at is bad; what may still become right by itself is undecided. */
export type Tone = 'good' | 'undecided' | 'bad'

/** Observed each minute. */
const OBSERVED_MS_MAX = 3 * 60_000

const since = (time: string, { asOf }: Pick<OverviewView, 'asOf'>): number => Date.parse(asOf) - Date.parse(time)

/** The age of the oldest event that waits; null when none does. */
export const oldestEventMs = (overview: OverviewView): number | null =>
  overview.outbox?.oldestCreatedAt == null ? null : Math.max(0, since(overview.outbox.oldestCreatedAt, overview))

export const isOldObservation = (overview: OverviewView): boolean =>
  overview.consumers !== null && since(overview.consumers.observedAt, overview) > OBSERVED_MS_MAX

/** Undefined where nothing is known. */
export function tonesOf(overview: OverviewView) {
  const { invariants, outbox, consumers, deadLetters, unknown } = overview
  return {
    invariants: invariants && toneOf({ bad: invariants.failed > 0 }),
    outbox: outbox && toneOf({ bad: outbox.parked > 0, undecided: isEventLate(outbox.oldestCreatedAt, overview.asOf) }),
    consumers: consumers && toneOf({ bad: consumers.standingStill > 0, undecided: isOldObservation(overview) }),
    deadLetters: deadLetters && toneOf({ bad: deadLetters.waiting > 0 }),
    unknown: unknown && toneOf({ undecided: unknown.operations > 0 }),
  }
}

export const toneOf = ({ bad = false, undecided = false }): Tone => (bad ? 'bad' : undecided ? 'undecided' : 'good')

/** Where the slot after it begins, or the hour ends. */
export const slotEnd = (slots: readonly { from: string }[], index: number, end: string): string =>
  slots[index + 1]?.from ?? end

export interface BarPart {
  tone: Tone | 'plain'
  value: number
}

export interface BarShape {
  tone: BarPart['tone']
  x: number
  y: number
  width: number
  height: number
}

/** Bars beside each other, the parts of one above each other from the ground up; the highest is `height`. */
export function barShapes(
  bars: readonly (readonly BarPart[])[],
  height: number,
  step: number,
  gap: number,
): BarShape[] {
  const totals = bars.map(parts => parts.reduce((sum, { value }) => sum + value, 0))
  const highest = Math.max(1, ...totals)
  return bars.flatMap((parts, index) => {
    let ground = height
    return parts
      .filter(({ value }) => value > 0)
      .map(({ tone, value }) => {
        const tall = (value / highest) * height
        ground -= tall
        return { tone, x: index * step + gap / 2, y: ground, width: step - gap, height: tall }
      })
  })
}
