/** The ledger consumer is killed between two batches of a burst: every capture has its one fee, none has two. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { captured, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

/** Enough for several batches in each of six partitions. */
const BURST = 300
const TRIES_MAX = 3

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const control = connectControl()
let database: TestDatabase

beforeAll(() => {
  database = openDatabase(system.databaseUrl)
})

afterAll(async () => {
  await control.start('kafka')
  await database.close()
}, 120_000)

const feesOf = (merchantId: string) =>
  database.count(
    `SELECT COUNT(*) FROM ledger_entry e JOIN payment p ON p.payment_id = e.payment_id
     WHERE p.merchant_id = ? AND e.entry_type = 'fee'`,
    [merchantId],
  )

/** Captures pile up while Kafka is away, arrive all at once, and the consumer dies with some of them done. */
async function killAmidBurst(): Promise<{ merchantId: string; feesAtKill: number }> {
  const merchantId = newMerchant('burst')
  await control.stop('kafka')
  for (let done = 0; done < BURST; done += 10)
    await Promise.all(Array.from({ length: 10 }, () => captured(api, { merchantId })))
  await control.start('kafka')
  await until(async () => (await feesOf(merchantId)) > 0, { what: 'the first fee', deadlineMs: 90_000, intervalMs: 1 })
  await control.kill('api')
  return { merchantId, feesAtKill: await feesOf(merchantId) }
}

test('a burst of captures whose consumer is killed has exactly one fee each', async () => {
  const bursts: { merchantId: string; feesAtKill: number }[] = []
  // A consumer that was quicker than the kill proves nothing; then once more.
  while (bursts.length < TRIES_MAX && (bursts.at(-1)?.feesAtKill ?? BURST) === BURST) {
    bursts.push(await killAmidBurst())
    await until(async () => (await api.get('/health/ready')).json.status === 'ok', {
      what: 'the API to be back',
      deadlineMs: 60_000,
    })
  }
  const { merchantId, feesAtKill } = bursts.at(-1)!
  expect(feesAtKill).toBeGreaterThan(0)
  expect(feesAtKill).toBeLessThan(BURST)

  await until(async () => (await feesOf(merchantId)) >= BURST, { what: 'all fees', deadlineMs: 120_000 })
  const report = await verify(system, { settleMs: 120_000, graceMs: 60_000 })
  expect(report.results.filter(result => !result.ok)).toEqual([])
  for (const burst of bursts) expect(await feesOf(burst.merchantId)).toBe(BURST)
}, 600_000)
