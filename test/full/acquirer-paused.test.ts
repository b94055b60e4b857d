/** The acquirer hangs under load: what becomes of every operation is known soon after it is back, and is what the acquirer did. */
import { afterAll, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { authorizeBody, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

const { apiUrl, acquirerUrl, databaseUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const control = connectControl()
const database = openDatabase(databaseUrl)

afterAll(async () => {
  // Refused when it was resumed before.
  await control.resume('acquirer').catch(() => undefined)
  await database.close()
}, 60_000)

const CLIENTS = 16
const PAUSE_MS = 20_000
/** What the job promises. */
const DECIDED_WITHIN_MS = 120_000

const stateAt: Record<string, string> = { APPROVED: 'SUCCEEDED', DECLINED: 'DECLINED', CANCELED: 'FAILED' }

interface Row {
  operation_id: string
  state: string
}

test(`an acquirer that hangs for ${PAUSE_MS / 1_000} s leaves no outcome unknown`, async () => {
  const merchantId = newMerchant('paused')
  const operations = () =>
    database.rows<Row>('SELECT operation_id, state FROM payment_operation WHERE merchant_id = ?', [merchantId])
  const untilMs = performance.now() + PAUSE_MS
  // Nobody repeats: all that is unknown is left to the job.
  const client = async () => {
    while (performance.now() < untilMs) await api.authorize(authorizeBody({ merchantId }))
  }

  await control.pause('acquirer')
  await Promise.all(Array.from({ length: CLIENTS }, client))
  expect((await operations()).some(row => row.state === 'PENDING')).toBe(true)
  await control.resume('acquirer')

  const decided = await until(
    async () => {
      const rows = await operations()
      return rows.every(row => row.state !== 'PENDING') ? rows : undefined
    },
    { what: 'every outcome to be known', deadlineMs: DECIDED_WITHIN_MS },
  )
  for (const { operation_id: operationId, state } of decided) {
    const found = await fetch(`${acquirerUrl}/operations/${operationId}`)
    expect({ operationId, state: stateAt[((await found.json()) as { state: string }).state] }).toEqual({
      operationId,
      state,
    })
  }
}, 240_000)
