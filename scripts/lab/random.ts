/** Randomness that a seed repeats: the same seed gives the same flows and the same kills. */

export interface Random {
  /** 0 ≤ x < 1. */
  fraction(): number
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number
  pick<T>(choices: readonly T[]): T
  /** A generator of its own, so that one consumer's draws do not shift another's. */
  fork(): Random
}

/** mulberry32: small, and good enough to choose victims. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const integer = (min: number, max: number): number => min + Math.floor(fraction() * (max - min + 1))
  return {
    fraction,
    integer,
    pick: choices => choices[integer(0, choices.length - 1)]!,
    fork: () => createRandom(integer(0, 0xffff_ffff)),
  }
}
