/** The metrics of a running system of its own: what exactly purchases add to the counters, what state shows, and that a scrape asks nobody. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { connectControl } from '../../scripts/local/control.ts'
import { until } from '../../shared/runtime/until.ts'
import { advanceClock } from '../support/advance-days.ts'
import { expectDetail, expectError, expectMutation } from '../support/contract.ts'
import { PaymentApi } from '../support/http.ts'
import { runJob } from '../support/jobs.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorizeBody, newKey } from '../support/payments.ts'

jest.setTimeout(240_000)

let own: OwnSystem
let api: PaymentApi

beforeAll(async () => {
  own = await startOwnSystem('metrics')
  api = new PaymentApi(own.system.apiUrl)
})

afterAll(() => own?.stop())

/** Every sample by its name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const { status, text } = await api.get('/metrics')
  expect(status).toBe(200)
  const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(samples.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

/** Of payments: a batch that is closed at midnight in Seoul publishes events of its own. */
const OF_BUSINESS =
  /^(operations?_|conflicts_|acquirer_calls_|outbox_published_total\{topic="payment\.|ledger_entries|records_handled_total\{function="record-ledger"|dead_letters|payments_expired|acquirer_call_duration_seconds_count)/

const sumOf = (samples: Map<string, number>, name: string): number =>
  [...samples].reduce((sum, [sample, value]) => (sample.startsWith(`${name}{`) ? sum + value : sum), 0)

/** What has been added to the counters of business. */
const added = (before: Map<string, number>, after: Map<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...after].flatMap(([sample, value]) => {
      const difference = value - (before.get(sample) ?? 0)
      return difference !== 0 && OF_BUSINESS.test(sample) ? [[sample, difference]] : []
    }),
  )

const answered = (count: number, call: string, outcome: string) => ({
  [`acquirer_calls_total{call="${call}",outcome="${outcome}"}`]: count,
  [`acquirer_call_duration_seconds_count{call="${call}",outcome="${outcome}"}`]: count,
})

const published = (topic: string, count: number) => ({ [`outbox_published_total{topic="payment.${topic}"}`]: count })

const booked = (topic: string, result: string, count: number) => ({
  [`records_handled_total{function="record-ledger",topic="payment.${topic}",result="${result}"}`]: count,
})

/** Until nothing is on its way to the ledger any more. */
async function settled(before: Map<string, number>, expected: Record<string, number>): Promise<void> {
  let found: Record<string, number> = {}
  const last = Object.keys(expected).filter(sample => /^(outbox_published|records_handled|ledger_entries)/.test(sample))
  await until(
    async () => {
      found = added(before, await scrape())
      return last.every(sample => (found[sample] ?? 0) >= expected[sample]!)
    },
    { what: 'the events of the purchases in the ledger', deadlineMs: 30_000 },
  )
  expect(found).toEqual(expected)
}

describe('the counters', () => {
  test('of a purchase, its capture in parts, refunds, repeats, refusals and a decline rise by exactly that', async () => {
    const before = await scrape()
    const body = authorizeBody({ amount: 1_000 })
    const { merchantId } = body
    const { paymentId } = expectMutation(await api.authorize(body), 201)
    expect((await api.authorize(body)).replayed).toBe(true)
    expectError(await api.authorize({ ...body, amount: 1_001 }), 422, 'DUPLICATE_REQUEST')
    for (const [amount, finalCapture] of [
      [300, false],
      [700, true],
    ] as const)
      expectMutation(
        await api.capture(paymentId, { merchantId, amount, finalCapture }, { 'idempotency-key': newKey() }),
        200,
      )
    expectMutation(await api.refund(paymentId, { amount: 400 }, { 'idempotency-key': newKey() }), 200)
    expectMutation(await api.refund(paymentId), 200)
    expectError(await api.refund(paymentId), 409, 'REFUND_CONFLICT')
    expectError(
      await api.authorize(authorizeBody({ amount: 50, paymentMethod: 'tok_lost_card' })),
      402,
      'PAYMENT_DECLINED',
    )

    await settled(before, {
      'operations_total{kind="authorize",outcome="succeeded"}': 1,
      'operations_total{kind="authorize",outcome="declined"}': 1,
      'operations_total{kind="capture",outcome="succeeded"}': 2,
      'operations_total{kind="refund",outcome="succeeded"}': 2,
      'operations_declined_total{kind="authorize",reason="lost_card"}': 1,
      'operation_amount_minor_total{kind="authorize",currency="KRW"}': 1_000,
      'operation_amount_minor_total{kind="capture",currency="KRW"}': 1_000,
      'operation_amount_minor_total{kind="refund",currency="KRW"}': 1_000,
      'conflicts_total{code="DUPLICATE_REQUEST",reason="different_request"}': 1,
      'conflicts_total{code="REFUND_CONFLICT",reason="status"}': 1,
      ...answered(5, 'submit', 'approved'),
      ...answered(1, 'submit', 'declined'),
      ...published('authorized', 1),
      ...published('captured', 2),
      ...published('refunded', 2),
      ...published('declined', 1),
      ...booked('captured', 'done', 2),
      ...booked('refunded', 'unchanged', 2),
      'ledger_entries_written_total{type="fee"}': 2,
    })
    const after = await scrape()
    // Where an answer is found depends on whether Redis is quick.
    expect(sumOf(after, 'idempotent_replays_total') - sumOf(before, 'idempotent_replays_total')).toBe(1)
    expect(sumOf(after, 'response_cache_reads_total') - sumOf(before, 'response_cache_reads_total')).toBe(7)
  })

  test('of an authorization with its capture are those of two operations', async () => {
    const before = await scrape()
    expectMutation(await api.authorize(authorizeBody({ amount: 200, capture: true, currency: 'USD' })), 201)

    await settled(before, {
      'operations_total{kind="authorize",outcome="succeeded"}': 1,
      'operations_total{kind="capture",outcome="succeeded"}': 1,
      'operation_amount_minor_total{kind="authorize",currency="USD"}': 200,
      'operation_amount_minor_total{kind="capture",currency="USD"}': 200,
      ...answered(2, 'submit', 'approved'),
      ...published('authorized', 1),
      ...published('captured', 1),
      ...booked('captured', 'done', 1),
      'ledger_entries_written_total{type="fee"}': 1,
    })
  })

  test('of copies sent at once are those of one operation', async () => {
    const before = await scrape()
    const body = authorizeBody({ amount: 300 })
    await Promise.all(Array.from({ length: 8 }, () => api.authorize(body)))
    await until(
      async () =>
        (await scrape()).get('outbox_published_total{topic="payment.authorized"}')! >
        before.get('outbox_published_total{topic="payment.authorized"}')!,
      { what: 'its event' },
    )

    const rises = added(before, await scrape())
    expect(rises['operations_total{kind="authorize",outcome="succeeded"}']).toBe(1)
    expect(rises['operation_amount_minor_total{kind="authorize",currency="KRW"}']).toBe(300)
  })

  test('of an unknown outcome rise when it is found out, not when it is answered', async () => {
    const before = await scrape()
    const body = authorizeBody({ paymentMethod: 'tok_timeout_after', amount: 500 })
    const { paymentId } = expectError(await api.authorize(body), 503, 'OUTCOME_UNKNOWN')
    const rises = added(before, await scrape())
    expect(rises['operations_answered_unknown_total{kind="authorize"}']).toBe(1)
    expect(Object.keys(rises).filter(sample => sample.startsWith('operations_total'))).toEqual([])

    // Asks about it now, instead of at the job's next minute.
    await advanceClock(api, 'PT5M')
    expectMutation(await api.authorize(body), 201)
    expect(added(before, await scrape())['operations_total{kind="authorize",outcome="succeeded"}']).toBe(1)
    expectDetail(await api.payment(paymentId!))
  })

  test('of what the sandbox clock brings about rise too', async () => {
    expectMutation(await api.authorize(authorizeBody({ amount: 700 })), 201)
    const before = await scrape()
    await advanceClock(api, 'P8D')

    const rises = added(before, await scrape())
    expect(rises['operations_total{kind="expire",outcome="succeeded"}']).toBeGreaterThanOrEqual(1)
    expect(rises.payments_expired_total).toBe(rises['operations_total{kind="expire",outcome="succeeded"}'])
  })
})

describe('the state', () => {
  test('is read by its jobs, all of it, and nothing is wrong', async () => {
    const sources = ['outbox', 'consumers', 'dead_letters', 'operations', 'invariants', 'audit', 'payouts']
    const timeOf = (samples: Map<string, number>, source: string) =>
      samples.get(`state_observed_timestamp_seconds{source="${source}"}`)!
    for (const job of ['checkInvariants', 'observeState']) await runJob(own.runFile, job)
    const samples = await until(
      async () => {
        const found = await scrape()
        const isRead = sources.every(source => timeOf(found, source) > 0)
        return isRead && found.has('invariants_checked_timestamp_seconds') ? found : undefined
      },
      { what: 'every source to be read', deadlineMs: 150_000 },
    )

    for (const source of sources) expect(Date.now() / 1_000 - timeOf(samples, source)).toBeLessThan(90)
    expect(samples.get('dead_letter_records')).toBe(0)
    expect(samples.get('outbox_parked_rows')).toBe(0)
    expect(samples.get('invariants_failed')).toBe(0)
    const differences = [...samples].filter(([sample]) => sample.startsWith('control_account_difference_minor'))
    expect(differences.length).toBeGreaterThanOrEqual(3)
    expect(differences.filter(([, difference]) => difference !== 0)).toEqual([])
    expect([...samples.keys()].filter(sample => sample.startsWith('consumer_lag_records')).length).toBeGreaterThan(0)
  })

  test('of the pools is read at the scrape', async () => {
    const samples = await scrape()

    expect(
      samples.get('database_connections{state="used"}')! + samples.get('database_connections{state="idle"}')!,
    ).toBeGreaterThan(0)
    expect(samples.get('database_connections_max')).toBe(20)
    expect(samples.get('acquirer_connections_max')).toBe(64)
    expect(samples.get('database_connections_waiting')).toBe(0)
    expect(samples.has('nodejs_eventloop_lag_seconds')).toBe(true)
  })
})

test('a scrape is answered at once while database, Kafka, Redis and the acquirer hang', async () => {
  const control = connectControl(own.runFile)
  const frozen = ['mariadb', 'kafka', 'redis', 'acquirer'] as const
  let asking: Promise<unknown> | undefined
  try {
    for (const name of frozen) await control.pause(name)
    let hasEnded = false
    asking = api.get('/payments').finally(() => {
      hasEnded = true
    })
    for (let number = 0; number < 5; number++) expect((await scrape()).size).toBeGreaterThan(100)
    // Whoever asks the database waits for it.
    expect(hasEnded).toBe(false)
  } finally {
    for (const name of frozen) await control.resume(name)
  }
  await asking
})
