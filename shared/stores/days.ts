/** Days as the domain writes them. */

/** `YYYY-MM-DD` of a DATE, which the driver reads as its midnight in UTC. */
export const dayIn = (date: Date): string => date.toISOString().slice(0, 10)
