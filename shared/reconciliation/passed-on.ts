/** What one source or pass threw does not hold up the others. */
import { DependencyUnavailableError } from '../payments/ports.ts'

/** The error, to be thrown once the others are done. Throws it at once when what all of them need is away. */
export function passedOn(error: unknown): unknown {
  if (error instanceof DependencyUnavailableError) throw error
  return error
}
