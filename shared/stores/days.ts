/** Days and moments between the domain and the columns that hold them. */

/** `YYYY-MM-DD` of a DATE, which the driver reads as its midnight in UTC. */
export const dayIn = (date: Date): string => date.toISOString().slice(0, 10)

/** The moment of a DATETIME that may be NULL. */
export const dateOrNull = (epochMs: number | null): Date | null => (epochMs === null ? null : new Date(epochMs))
