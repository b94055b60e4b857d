/** What clients draw from the seed: merchants, amounts, tokens and what to do next. */
import { APPROVING_TOKEN, SLOW_TOKEN, testTokens } from '../../../../shared/contracts/test-tokens.ts'
import type { Random } from '../../random.ts'

/** Short, so that holds of this token run out while clients work on them. */
export const EXPIRING_TOKEN = SLOW_TOKEN

const UNKNOWN_TOKEN = 'tok_of_nobody'
const otherTokens = testTokens.filter(token => token !== APPROVING_TOKEN && token !== SLOW_TOKEN)
/** An authorization that leaves nothing to work on. */
const failsAtOnce = (token: string): boolean => !/^tok_(capture|refund|void|settle)_/.test(token)

/** In a hundred. Most payments live, so that there is something to capture and to refund. */
const tokenWeights = { approve: 60, later: 26, atOnce: 8, expiring: 5, unknown: 1 }

export function drawToken(random: Random): string {
  const kind = weighted(random, tokenWeights)
  switch (kind) {
    case 'approve':
      return APPROVING_TOKEN
    case 'expiring':
      return EXPIRING_TOKEN
    case 'unknown':
      return UNKNOWN_TOKEN
    case 'later':
      return random.pick(otherTokens.filter(token => !failsAtOnce(token)))
    case 'atOnce':
      return random.pick(otherTokens.filter(failsAtOnce))
  }
}

/** One of the names, as often as its weight says. */
export function weighted<Name extends string>(random: Random, weights: Record<Name, number>): Name {
  const entries = Object.entries<number>(weights) as [Name, number][]
  let draw = random.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    draw -= weight
    if (draw < 0) return name
  }
  return entries[0]![0]
}

export const drawCurrency = (random: Random): string => random.pick(['KRW', 'KRW', 'USD', 'JPY'])

/** Mostly round prices, at times the smallest that there is. */
export const drawAmount = (random: Random): number =>
  random.fraction() < 0.05 ? random.integer(1, 3) : random.integer(100, 2_000_000)

/** From 1 to all of it. */
export const drawPart = (random: Random, all: number): number =>
  random.fraction() < 0.1 ? all : random.integer(1, Math.max(1, Math.floor(all / 2)))
