/** Requests that fit, with names that no other test uses, and payments brought to the state that a test starts from. */
import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import type { MutationView, PaymentView } from '../../shared/contracts/payment.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectList, expectMutation } from './contract.ts'
import type { PaymentApi, Reply } from './http.ts'

/** A merchant of its own for one test, 1 to 32 characters. */
export const newMerchant = (word = 'shop'): string => `${word}-${randomBytes(8).toString('hex')}`

export const newKey = (): string => randomUUID()

const TRIES_MAX = 5

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

/**
 * Runs `work` while an authorization is in progress, and gives its answer. On a machine that is so busy that the
 * authorization was over first, what `work` found says nothing, and both are done again.
 */
export async function whileInProgress(
  api: PaymentApi,
  given: Omit<Partial<AuthorizeBody>, 'merchantId'>,
  work: (pending: PaymentView, body: AuthorizeBody) => Promise<void>,
): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const body = authorizeBody({ ...given, paymentMethod: 'tok_slow' })
    const slow = api.authorize(body)
    const shown = async () => expectList(await api.get(`/payments?merchantId=${body.merchantId}`)).items[0]
    try {
      await work(await until(shown, { what: 'the payment in progress', intervalMs: 20 }), body)
    } catch (error) {
      // The answer may still be on its way when the operation is over.
      const isPending = (await shown())?.pendingOperation !== null
      await slow
      if (isPending || tries === TRIES_MAX) throw error
      continue
    }
    return slow
  }
}

export async function captured(api: PaymentApi, given: Partial<AuthorizeBody> = {}): Promise<MutationView> {
  const { paymentId } = await authorized(api, given)
  const payment = expectMutation(await api.capture(paymentId), 200)
  expect(payment.status).toBe('COMPLETED')
  return payment
}
