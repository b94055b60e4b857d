/** kafkajs wraps errors in retry and connection errors: the broker's own error is among the causes. */
const DEPTH_MAX = 10

/** The error itself, and what caused it. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < DEPTH_MAX; at = at.cause, depth++) yield at
}
