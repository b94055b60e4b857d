/** Every invariant holds on healthy payments, and each is broken by a corruption of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { needingDatabase, needingKafka } from './catalogue.ts'
import type { Balances } from './database-totals.ts'
import { sampleCorruptions } from './invariants.corruption.ts'
import { judge } from './judge.ts'
import type { HistoryInKafka, KafkaFacts } from './kafka-facts.ts'
import {
  declinedPayment,
  handSettledPayment,
  minutesAgo,
  NOW_MS,
  paymentsInParts,
  pendingPayment,
  sampleDatabase,
  sampleKafka,
  settledPayment,
} from './sample-payments.ts'

const healthyPayments = (): HistoryInKafka[] => [
  settledPayment(1, ['authorize']),
  settledPayment(2, ['authorize', 'capture']),
  settledPayment(3, ['authorize', 'capture', 'refund']),
  declinedPayment(4),
  settledPayment(5, ['authorize', 'capture'], 'other-shop'),
  ...paymentsInParts(10),
  handSettledPayment(7),
]

interface Sample {
  kafka: KafkaFacts
  debits: Balances
  credits: Balances
}

const resultsOf = async (histories: HistoryInKafka[], tamper: (sample: Sample) => void = () => {}) => {
  const [database, kafka] = [sampleDatabase(histories), sampleKafka(histories)]
  tamper({ kafka, ...(await database.balances()) })
  return (await judge(database, { nowMs: NOW_MS, virtualNowMs: NOW_MS, graceMs: 60_000 }, kafka)).results
}

const failedOf = (results: Awaited<ReturnType<typeof resultsOf>>) =>
  results.filter(result => !result.ok).map(result => result.name)

/** The refunded payment of the healthy payments; corruptions happen to it. */
const REFUNDED = 2

describe('the invariants', () => {
  test('hold on healthy payments, each having looked at something', async () => {
    const results = await resultsOf(healthyPayments())
    expect(failedOf(results)).toEqual([])
    expect(results.filter(result => result.checked === 0 || result.pending > 0).map(result => result.name)).toEqual([])
  })

  test.each(sampleCorruptions)('$invariant finds $what', async ({ invariant, breaks, row, ...corruption }) => {
    const histories = healthyPayments()
    const spoiled = histories[REFUNDED]!
    corruption.inPayment?.(spoiled)
    const results = await resultsOf(histories, ({ kafka, ...totals }) => {
      corruption.inTotals?.(totals)
      corruption.inKafka?.(kafka)
    })
    expect(failedOf(results).sort()).toEqual(breaks)
    const named = results.find(result => result.name === invariant)!
    expect(named.rows[0]!.row).toContain(row ?? spoiled.paymentId)
  })

  test('are each broken by a corruption of their own', () => {
    const planted = new Set<string>(sampleCorruptions.map(({ invariant }) => invariant))
    expect([...needingDatabase, ...needingKafka].filter(({ name }) => !planted.has(name))).toEqual([])
  })

  test('are all listed, wherever they are written', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const files = readdirSync(folder).filter(name => name.endsWith('-invariants.ts'))
    const written = files.flatMap(
      name => readFileSync(`${folder}${name}`, 'utf8').match(/(?<=^ {2}name: ').+(?=',$)/gm) ?? [],
    )
    expect(written.sort()).toEqual([...needingDatabase, ...needingKafka].map(({ name }) => name).sort())
  })

  test('have names and sentences of their own', () => {
    const all = [...needingDatabase, ...needingKafka]
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Set(all.map(({ sentence }) => sentence)).size).toBe(all.length)
  })
})

test('the database alone is judged by those invariants that need no more', async () => {
  const { ok, results } = await judge(sampleDatabase(healthyPayments()), {
    nowMs: NOW_MS,
    virtualNowMs: NOW_MS,
    graceMs: 60_000,
  })
  expect(ok).toBe(true)
  expect(results.map(({ name }) => name)).toEqual(needingDatabase.map(({ name }) => name))
  expect(new Set(results.map(({ group }) => group))).not.toContain('Kafka')
})

describe('work on its way', () => {
  test('is pending while it is young', async () => {
    const histories = [...healthyPayments(), pendingPayment(6)]
    const young = histories[1]!
    young.entries = young.entries.filter(entry => entry.type !== 'fee')
    young.outbox[1]!.publishedAtMs = NOW_MS - 59_000
    Object.assign(histories[0]!.outbox[0]!, { publishedAtMs: null, createdAtMs: NOW_MS - 59_000, inKafka: null })
    const results = await resultsOf(histories, ({ kafka }) => Object.assign(kafka.lags[0]!, { committed: 6 }))
    expect(failedOf(results)).toEqual([])
    expect(results.filter(result => result.pending > 0).map(result => result.name)).toEqual([
      'nothing-stuck',
      'outbox-published',
      'one-fee-entry',
      'balance-fees',
      'outbox-in-kafka',
      'distinct-events',
      'consumer-offsets',
    ])
  })

  test('may be in Kafka before it is marked: the relay publishes first', async () => {
    const histories = healthyPayments()
    Object.assign(histories[0]!.outbox[0]!, { publishedAtMs: null, createdAtMs: NOW_MS - 1_000 })
    expect(failedOf(await resultsOf(histories))).toEqual([])
  })

  test('duplicates in Kafka are allowed', async () => {
    const histories = healthyPayments()
    histories[0]!.outbox[0]!.inKafka!.occurrences = 2
    expect(failedOf(await resultsOf(histories))).toEqual([])
  })

  test('archived events are events as before', async () => {
    const histories = healthyPayments()
    for (const history of histories.slice(0, 3)) history.outbox[0]!.archived = true
    expect(failedOf(await resultsOf(histories))).toEqual([])
  })

  test('answers pruned after fifteen days are not missed', async () => {
    const histories = healthyPayments()
    Object.assign(histories[0]!.operations[0]!, { answer: null, finishedAtMs: minutesAgo(16 * 24 * 60) })
    expect(failedOf(await resultsOf(histories))).toEqual([])
  })
})
