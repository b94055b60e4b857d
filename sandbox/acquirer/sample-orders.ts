/** Orders and operation ids as tests want them. */
import type { AcquirerOrderBody } from '../../shared/contracts/acquirer.ts'

/** The same id for the same number, and an id that the contract takes. */
export const opOf = (number: number): string => `op_${String(number).padStart(26, '0')}`

export const authorizeOrder = (changes: Partial<AcquirerOrderBody> = {}): AcquirerOrderBody => ({
  kind: 'authorize',
  amount: 10_000,
  currency: 'KRW',
  method: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
  ...changes,
})

export const captureOrder = (authorizationId: string, changes: Partial<AcquirerOrderBody> = {}): AcquirerOrderBody =>
  authorizeOrder({ kind: 'capture', authorizationId, finalCapture: true, ...changes })

/** A refund, a void or an expiry. */
export const laterOrder = (
  kind: 'refund' | 'void' | 'expire',
  authorizationId: string,
  changes: Partial<AcquirerOrderBody> = {},
): AcquirerOrderBody => authorizeOrder({ kind, authorizationId, ...changes })
