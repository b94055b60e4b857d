/** Operators' tokens and the secrets of the console: random, and known by their hash. One of 256 random bits needs no salt and no slow hash: nobody can guess it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ConsoleSecretPurpose, ConsoleSecrets, OperatorTokens } from '../settlement/ports.ts'

const RANDOM_BYTES = 32

/** Told apart, so that none can be used for another, and logs know them. */
const prefixes: Record<ConsoleSecretPurpose, string> = { link: 'opl_', session: 'ops_', request: 'opx_' }

const random = (prefix: string): string => prefix + randomBytes(RANDOM_BYTES).toString('base64url')
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const operatorTokens: OperatorTokens = { next: () => random('opk_'), hashOf }

export const consoleSecrets: ConsoleSecrets = {
  next: purpose => random(prefixes[purpose]),
  hashOf,
  isSame(hash, other) {
    const [one, two] = [Buffer.from(hash), Buffer.from(other)]
    return one.length === two.length && timingSafeEqual(one, two)
  },
}
