/** A length of time in the largest unit of which it has one. */

export interface Length {
  unit: 'seconds' | 'minutes' | 'hours' | 'days'
  count: number
}

const unitsMs = { days: 86_400_000, hours: 3_600_000, minutes: 60_000 } as const

/** Rounded down; what is negative, by two clocks, counts as none. */
export function lengthOf(durationMs: number): Length {
  for (const [unit, ms] of Object.entries(unitsMs) as [keyof typeof unitsMs, number][])
    if (durationMs >= ms) return { unit, count: Math.floor(durationMs / ms) }
  return { unit: 'seconds', count: Math.max(0, Math.floor(durationMs / 1_000)) }
}
