/** Operators' tokens: random, and known by their hash. A token of 256 random bits needs no salt and no slow hash: nobody can guess it. */
import { createHash, randomBytes } from 'node:crypto'
import type { OperatorTokens } from '../settlement/ports.ts'

const RANDOM_BYTES = 32

export const operatorTokens: OperatorTokens = {
  next: () => `opk_${randomBytes(RANDOM_BYTES).toString('base64url')}`,
  hashOf: token => createHash('sha256').update(token).digest('hex'),
}
