/** The bank hangs, and dies: payments go on as if nothing had happened, and what it has told is still so afterwards. */
import { afterAll, expect, jest, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { expectMutation } from '../support/contract.ts'
import { PaymentApi, send } from '../support/http.ts'
import { authorizeBody, newKey } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const { apiUrl, bankUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const control = connectControl()

afterAll(async () => {
  // Refused when it was resumed before.
  await control.resume('bank').catch(() => undefined)
}, 60_000)

const reference = `away-${newKey()}`.slice(0, 35)
const deposit = { account: 'operating', amount: 1, currency: 'CLF', from: 'a test', remittance: 'bank-away' }
const putDeposit = () => send(bankUrl, { method: 'PUT', path: `/deposits/${reference}`, body: deposit })

async function pays(): Promise<void> {
  const held = expectMutation(await api.authorize(authorizeBody()), 201)
  expectMutation(await api.capture(held.paymentId, {}), 200)
  expect((await send(apiUrl, { path: '/health/ready' })).json).toMatchObject({ dependencies: { acquirer: 'up' } })
}

test('a bank that hangs, and one that is killed, disturb no payment and forget nothing', async () => {
  const told = await putDeposit()
  expect(told.status).toBe(200)

  await control.pause('bank')
  await pays()
  await control.resume('bank')
  await control.kill('bank')
  await pays()

  const isBack = () =>
    send(bankUrl, { path: '/health' }).then(
      ({ status }) => status === 200,
      () => false,
    )
  await until(isBack, { what: 'the bank', deadlineMs: 60_000 })
  expect((await putDeposit()).text).toBe(told.text)
})
