/** `npm run logs -- --payment`: one payment's way through API, relay and ledger, as an operator sees it. */
import { execFile, spawn } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import { until } from '../../shared/runtime/until.ts'
import { expectMutation } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { authorized, captured } from '../support/payments.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(180_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const data = basename(dirname(system.logsFolder))

const logs = (paymentId: string): Promise<{ code: number; printed: string }> =>
  promisify(execFile)(process.execPath, ['scripts/logs.ts', '--data', data, '--payment', paymentId], {
    cwd: repositoryFolder,
  }).then(
    ({ stdout }) => ({ code: 0, printed: stdout }),
    error => ({ code: error.code, printed: `${error.stdout}${error.stderr}` }),
  )

/** None while no log tells of it. Any other failure is one. */
async function logsOf(paymentId: string): Promise<string[]> {
  const { code, printed } = await logs(paymentId)
  if (code !== 0 && printed !== `No log here tells of ${paymentId}.\n`) throw new Error(`exit ${code}: ${printed}`)
  return code === 0 ? printed.trim().split('\n') : []
}

const has = (lines: string[], ...parts: string[]) => lines.some(line => parts.every(part => line.includes(part)))

test('every step of a payment is there, in the order of time, and nothing of another', async () => {
  const { paymentId } = await captured(api)
  const { paymentId: other } = await authorized(api)
  expectMutation(await api.refund(paymentId), 200)
  const steps = [
    ['answered', 'POST /payments/authorize', 'statusCode=201'],
    ['answered', 'POST /payments/capture', 'statusCode=200'],
    ['answered', 'POST /payments/refund', 'statusCode=200'],
    ['published', 'eventId=evt_', 'topic=payment.authorized'],
    ['published', 'topic=payment.captured'],
    ['published', 'topic=payment.refunded'],
    ['booked', 'eventId=evt_', 'record=payment.captured'],
    ['booked', 'record=payment.refunded'],
  ]
  const lines = await until(
    async () => {
      const found = await logsOf(paymentId)
      return steps.every(step => has(found, ...step)) ? found : undefined
    },
    { what: `every step of ${paymentId} in the logs`, deadlineMs: 120_000 },
  )
  const times = lines.map(line => line.slice(0, 24)).filter(time => time.endsWith('Z'))
  expect(times).toEqual(times.toSorted())
  expect(lines.join('\n')).not.toContain(other)
})

test('a refusal carries the payment’s id too', async () => {
  const { paymentId } = await authorized(api)
  expect((await api.refund(paymentId)).status).toBe(409)
  await until(async () => has(await logsOf(paymentId), 'POST /payments/refund', 'statusCode=409'), {
    what: 'the refusal in the logs',
  })
})

test('-f goes on with what comes', async () => {
  const { paymentId } = await authorized(api)
  await until(async () => has(await logsOf(paymentId), 'statusCode=201'), { what: 'the answer in the logs' })
  const child = spawn(process.execPath, ['scripts/logs.ts', '--data', data, '--payment', paymentId, '-f'], {
    cwd: repositoryFolder,
  })
  let printed = ''
  child.stdout.on('data', chunk => {
    printed += String(chunk)
  })
  try {
    await until(() => printed.includes('statusCode=201'), { what: 'what was there' })
    expectMutation(await api.capture(paymentId), 200)
    await until(() => printed.includes('POST /payments/capture'), { what: 'what came' })
    await until(() => printed.includes('record=payment.captured'), { what: 'its booking', deadlineMs: 120_000 })
  } finally {
    child.kill('SIGTERM')
  }
})

test('what is no id of a payment is refused', async () => {
  expect(await logs('pay_1\u001b[2J')).toEqual({
    code: 1,
    printed: '--payment wants the id of a payment, pay_ and 26 characters, not pay_1\\u{1b}[2J\n',
  })
})
