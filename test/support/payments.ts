/** Requests that fit, with names that no other test uses, and payments brought to the state that a test starts from. */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import type { MutationView } from '../../shared/contracts/payment.ts'
import { expectMutation } from './contract.ts'
import type { PaymentApi } from './http.ts'

/** A merchant of its own for one test, 1 to 32 characters. */
export const newMerchant = (word = 'shop'): string => `${word}-${randomBytes(8).toString('hex')}`

export const newKey = (): string => randomUUID()

export interface AuthorizeBody {
  merchantId: string
  amount: number
  currency: string
  idempotencyKey?: string
  paymentMethod?: string
  orderId?: string
  capture?: boolean
}

export const authorizeBody = (given: Partial<AuthorizeBody> = {}): AuthorizeBody => ({
  merchantId: newMerchant(),
  amount: 1_550_000,
  currency: 'KRW',
  idempotencyKey: newKey(),
  ...given,
})

export async function authorized(api: PaymentApi, given: Partial<AuthorizeBody> = {}): Promise<MutationView> {
  return expectMutation(await api.authorize(authorizeBody(given)), 201)
}

export async function captured(api: PaymentApi, given: Partial<AuthorizeBody> = {}): Promise<MutationView> {
  const { paymentId } = await authorized(api, given)
  const payment = expectMutation(await api.capture(paymentId), 200)
  expect(payment.status).toBe('COMPLETED')
  return payment
}
