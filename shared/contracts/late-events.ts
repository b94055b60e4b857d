/** From which age on an event that waits for Kafka is late: the sweep and the console judge by it alike. */

/** Usually milliseconds. Whatever is older was not published by the bell of its own commit. */
export const EVENT_LATE_MS = 2_000

/** Both times are ISO and real. Null: none waits. */
export const isEventLate = (oldestCreatedAt: string | null, asOf: string): boolean =>
  oldestCreatedAt !== null && Date.parse(asOf) - Date.parse(oldestCreatedAt) >= EVENT_LATE_MS
