/** Kafka is stopped while buyers pay: they notice nothing, and every event arrives once it is back. */
import { expect } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { verify } from '../../scripts/operate/verify/settle.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase } from './database.ts'
import { PaymentApi } from './http.ts'
import { authorizeBody, newMerchant } from './payments.ts'
import { systemUnderTest } from './system.ts'

const KNOWN_DEADLINE_MS = 60_000

/** Away for at least so long, and until `/health/ready` says so. Kafka runs again in the end, whatever came of it. */
export async function expectKafkaOutageSurvived(awayMs: number): Promise<void> {
  const system = systemUnderTest()
  const control = connectControl()
  const database = openDatabase(system.databaseUrl)
  try {
    const merchantId = newMerchant('kafka-away')
    await control.stop('kafka')
    const statuses = await authorizeWhileAway(new PaymentApi(system.apiUrl), merchantId, awayMs)
    expect(statuses.length).toBeGreaterThan(0)
    expect(statuses.filter(status => status !== 201)).toEqual([])
    const unpublished = `SELECT COUNT(*) FROM outbox_event e JOIN payment p ON p.payment_id = e.message_key
      WHERE p.merchant_id = ? AND e.published_at IS NULL`
    expect(await database.count(unpublished, [merchantId])).toBe(statuses.length)

    await control.start('kafka')
    const after = await verify(system, { settleMs: 120_000, graceMs: 60_000 })
    expect(after.results.filter(result => !result.ok)).toEqual([])
    expect(after.pending).toBe(0)
    expect(await database.count(unpublished, [merchantId])).toBe(0)
  } finally {
    await control.start('kafka')
    await database.close()
  }
}

/** One authorize after the other. Resolves to the statuses of their answers. */
async function authorizeWhileAway(api: PaymentApi, merchantId: string, awayMs: number): Promise<number[]> {
  const statuses: number[] = []
  const endMs = performance.now() + awayMs
  const isKnown = async () => {
    statuses.push((await api.authorize(authorizeBody({ merchantId }))).status)
    if (performance.now() < endMs) return false
    const { status, json } = await api.get('/health/ready')
    const degraded = { status: 'degraded', dependencies: { kafka: 'down', mariadb: 'up' } }
    expect({ status, body: json }).toMatchObject({ status: 200, body: degraded })
    return true
  }
  await until(isKnown, { what: 'Kafka to be known as away', deadlineMs: awayMs + KNOWN_DEADLINE_MS })
  return statuses
}
