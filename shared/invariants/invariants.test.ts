/** Every invariant holds on healthy payments, and each is broken by a corruption of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import type { AcquirerFacts } from './acquirer-facts.ts'
import { everyInvariant, needingDatabase } from './catalogue.ts'
import type { Balances, CheckedSnapshot } from './database-totals.ts'
import { sampleCorruptions } from './invariants.corruption.ts'
import { judge } from './judge.ts'
import type { HistoryInKafka, KafkaFacts } from './kafka-facts.ts'
import type { JournalDecision } from './planted.corruption.ts'
import { type SampleAudit, sampleAudit } from './sample-audit.ts'
import { type SampleMonth, sampleMonths } from './sample-months.ts'
import {
  declinedPayment,
  disputedPayments,
  handSettledPayment,
  journalOf,
  minutesAgo,
  NOW_MS,
  paymentsInParts,
  paymentsWithVat,
  pendingPayment,
  reconOf,
  SAMPLE_TERMS,
  sampleDatabase,
  sampleJournal,
  sampleKafka,
  sampleSnapshots,
  settledPayment,
} from './sample-payments.ts'
import type { SampleRecon } from './sample-recon.ts'
import { type SampleSettlement, sampleSettlement } from './sample-settlement.ts'

const healthyPayments = (): HistoryInKafka[] => [
  settledPayment(1, ['authorize']),
  settledPayment(2, ['authorize', 'capture']),
  settledPayment(3, ['authorize', 'capture', 'refund']),
  declinedPayment(4),
  settledPayment(5, ['authorize', 'capture'], 'other-shop'),
  ...paymentsInParts(10),
  ...paymentsWithVat(30),
  handSettledPayment(7),
  ...disputedPayments(),
]

const CLOCK = { nowMs: NOW_MS, virtualNowMs: NOW_MS, graceMs: 60_000, settlementDefaults: SAMPLE_TERMS }

interface Sample {
  kafka: KafkaFacts
  debits: Balances
  credits: Balances
  settlement: SampleSettlement
  audit: SampleAudit
  snapshots: CheckedSnapshot[]
  closedMonths: SampleMonth[]
  recon: SampleRecon
}

const resultsOf = async (
  histories: HistoryInKafka[],
  tamper: (sample: Sample) => void = () => {},
  journal: JournalDecision[] = sampleJournal(histories),
) => {
  const recon = reconOf(histories)
  const settlement = sampleSettlement(histories, recon.settled)
  const beside = { recon, settlement, audit: sampleAudit(), snapshots: sampleSnapshots(), closedMonths: sampleMonths() }
  const [database, kafka] = [sampleDatabase(histories, beside), sampleKafka(histories)]
  tamper({ kafka, ...beside, ...(await database.balances()) })
  return (await judge(database, CLOCK, { kafka, acquirer: journalOf(journal) })).results
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
    const others = sampleJournal(histories.filter(history => history !== spoiled))
    const decisions = sampleJournal([spoiled])
    corruption.inPayment?.(spoiled)
    corruption.inJournal?.(decisions)
    const tamper = ({ kafka, settlement, recon, audit, ...totals }: Sample) => {
      corruption.inAudit?.(audit)
      corruption.inTotals?.(totals)
      corruption.inKafka?.(kafka)
      corruption.inSettlement?.(settlement)
      corruption.inRecon?.(recon)
    }
    const results = await resultsOf(histories, tamper, [...others, ...decisions])
    expect(failedOf(results).sort()).toEqual(breaks)
    const named = results.find(result => result.name === invariant)!
    expect(named.rows[0]!.row).toContain(row ?? spoiled.paymentId)
  })

  test('are each broken by a corruption of their own', () => {
    const planted = new Set<string>(sampleCorruptions.map(({ invariant }) => invariant))
    expect(everyInvariant.filter(({ name }) => !planted.has(name))).toEqual([])
  })

  test('are all listed, wherever they are written', () => {
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const files = readdirSync(folder).filter(name => name.endsWith('-invariants.ts'))
    const written = files.flatMap(
      name => readFileSync(`${folder}${name}`, 'utf8').match(/(?<=^ {2}name: ').+(?=',$)/gm) ?? [],
    )
    expect(written.sort()).toEqual(everyInvariant.map(({ name }) => name).sort())
  })

  test('have names and sentences of their own', () => {
    expect(new Set(everyInvariant.map(({ name }) => name)).size).toBe(everyInvariant.length)
    expect(new Set(everyInvariant.map(({ sentence }) => sentence)).size).toBe(everyInvariant.length)
  })
})

test('the database alone is judged by those invariants that need no more', async () => {
  const { ok, results } = await judge(sampleDatabase(healthyPayments()), CLOCK)
  expect(ok).toBe(true)
  expect(results.map(({ name }) => name)).toEqual(needingDatabase.map(({ name }) => name))
  const groups = new Set(results.map(({ group }) => group))
  expect([groups.has('Kafka'), groups.has('Acquirer')]).toEqual([false, false])
})

describe('the acquirer', () => {
  const journalResult = async (facts: AcquirerFacts, histories: HistoryInKafka[]) => {
    const { results } = await judge(sampleDatabase(histories), CLOCK, { acquirer: facts })
    return { failed: failedOf(results), checked: results.find(({ name }) => name === 'hold-is-payment')!.checked }
  }

  test('is not asked about operations that were finished before it kept a journal', async () => {
    const histories = healthyPayments()
    const old = [settledPayment(20, ['authorize', 'capture'])]
    for (const operation of old[0]!.operations) operation.finishedAtMs! -= 1
    expect(failedOf(await resultsOf([...histories, ...old], undefined, sampleJournal(histories)))).toEqual([])
    expect(failedOf(await resultsOf(old, undefined, []))).toEqual([])
  })

  test('has approvals that are newer than the database, which are judged next time', async () => {
    const histories = healthyPayments()
    const facts = journalOf(sampleJournal(histories))
    const [hold] = sampleJournal([settledPayment(20, ['authorize'])])
    const [, capture] = sampleJournal([settledPayment(1, ['authorize', 'capture'])])
    const before = await journalResult(journalOf(sampleJournal(histories)), histories)
    facts.add([hold!, capture!])
    expect(await journalResult(facts, histories)).toEqual({ failed: [], checked: before.checked - 1 })
  })

  test('has refused what a person settled as failed', async () => {
    const histories = [handSettledPayment(1)]
    const [history, operation] = [histories[0]!, histories[0]!.operations[0]!]
    const [decision] = sampleJournal(histories)
    Object.assign(operation, { state: 'FAILED' })
    Object.assign(history.settlements[0]!, { outcome: 'FAILED', acquirerSaid: 'declined' })
    const refused = await resultsOf(histories, undefined, [{ ...decision!, state: 'DECLINED' }])
    expect(failedOf(refused)).not.toContain('outcomes-agree')
    const approved = await resultsOf(histories, undefined, [decision!])
    expect(failedOf(approved)).toContain('outcomes-agree')
  })
})

describe('work on its way', () => {
  test('is pending while it is young', async () => {
    const histories = [...healthyPayments(), pendingPayment(6), pendingPayment(8)]
    const young = histories[1]!
    const approval = sampleJournal([settledPayment(8, ['authorize'])])
    const journal = [...sampleJournal(histories), ...approval]
    young.entries = young.entries.filter(entry => entry.type !== 'fee')
    young.outbox[1]!.publishedAtMs = NOW_MS - 59_000
    Object.assign(histories[0]!.outbox[0]!, { publishedAtMs: null, createdAtMs: NOW_MS - 59_000, inKafka: null })
    const late = ({ kafka }: Sample) => Object.assign(kafka.lags[0]!, { committed: 6 })
    const results = await resultsOf(histories, late, journal)
    expect(failedOf(results)).toEqual([])
    expect(results.filter(result => result.pending > 0).map(result => result.name)).toEqual([
      'nothing-stuck',
      'outbox-published',
      'one-fee-entry',
      'balance-fees',
      'item-in-ledger',
      'outbox-in-kafka',
      'distinct-events',
      'consumer-offsets',
      'approvals-known',
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
