/** The days of the sandbox's acquirer and bank: those of Seoul, which has no summer time. A day is `YYYY-MM-DD`. */

export const DAY_MS = 24 * 60 * 60_000
const SEOUL_MS = 9 * 60 * 60_000

export const dayOf = (ms: number): string => new Date(ms + SEOUL_MS).toISOString().slice(0, 10)

export const startOf = (day: string): number => Date.parse(`${day}T00:00:00+09:00`)

/** The first moment of the next day. */
export const endOf = (day: string): number => startOf(day) + DAY_MS

export const nextDay = (day: string): string => dayOf(startOf(day) + DAY_MS)

/** Whole days from one day to another. */
export const daysBetween = (from: string, to: string): number => (startOf(to) - startOf(from)) / DAY_MS
