/** Records for the rows' topics. */
import type { NewRecord } from './row.ts'

export const record = (value: string | null, partition = 0): NewRecord => ({ value, partition })

/** `value 0`, `value 1`, … in one partition. */
export const numbered = (count: number, partition = 0): NewRecord[] =>
  Array.from({ length: count }, (_, index) => record(`value ${index}`, partition))

/** As `numbered`, with poison at some places. */
export const numberedWithPoison = (count: number, places: number[], partition = 0): NewRecord[] =>
  numbered(count, partition).map((good, index) =>
    places.includes(index) ? record(`poison ${index}`, partition) : good,
  )

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
