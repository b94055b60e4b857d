/** A payment whose outcome is unknown, and for which nobody asks again, is brought to an end by the scheduled resolver. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectDetail, expectError, expectMutation } from '../support/contract.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const api = new PaymentApi(systemUnderTest().apiUrl)

let hasty: ExtraApi
beforeAll(async () => {
  hasty = await startExtraApi({ name: 'hasty', env: { ACQUIRER_TIMEOUT_MS: '300' } })
})
afterAll(() => hasty?.stop())

test('the resolver brings it to an end when nobody asks again', async () => {
  const body = authorizeBody({ paymentMethod: 'tok_slow' })
  const { paymentId = '' } = expectError(await hasty.api.authorize(body), 503, 'OUTCOME_UNKNOWN')
  const payment = await until(
    async () => {
      const found = expectDetail(await api.payment(paymentId))
      return found.status === 'REQUESTED' ? undefined : found
    },
    { what: 'the resolver, which looks each minute', deadlineMs: 90_000, intervalMs: 500 },
  )
  expect(payment).toMatchObject({ status: 'AUTHORIZED', pendingOperation: null })
  expect(payment.events.map(event => event.type)).toEqual(['payment.authorized'])
  const stored = await api.authorize(body)
  expect(expectMutation(stored, 201).paymentId).toBe(paymentId)
  expect(stored.replayed).toBe(true)
})
