/** Every invariant holds on healthy payments, and each is broken by a corruption of its own. */
import { describe, expect, test } from '@jest/globals'
import { needingDatabase, needingKafka } from './catalogue.ts'
import type { Balances } from './database-totals.ts'
import { judge } from './judge.ts'
import type { HistoryInKafka, KafkaFacts } from './kafka-facts.ts'
import {
  declinedPayment,
  NOW_MS,
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
]

interface Sample {
  kafka: KafkaFacts
  debits: Balances
  credits: Balances
}

const resultsOf = async (histories: HistoryInKafka[], tamper: (sample: Sample) => void = () => {}) => {
  const [database, kafka] = [sampleDatabase(histories), sampleKafka(histories)]
  tamper({ kafka, ...(await database.balances()) })
  return (await judge(database, { nowMs: NOW_MS, graceMs: 60_000 }, kafka)).results
}

const failedOf = (results: Awaited<ReturnType<typeof resultsOf>>) =>
  results.filter(result => !result.ok).map(result => result.name)

const minutesAgo = (minutes: number) => NOW_MS - minutes * 60_000

/** The refunded payment of the healthy payments; corruptions happen to it. */
const REFUNDED = 2

interface Corruption {
  what: string
  breaks: string[]
  /** Part of the offending row's id, where the payment id would not be it. */
  row?: string
  spoil?: (history: HistoryInKafka) => void
  tamper?: (sample: Sample) => void
}

const corruptions: Corruption[] = [
  {
    what: 'more refunded than captured, everywhere alike',
    breaks: ['totals-in-bounds', 'status-fits-totals'],
    spoil: history => {
      history.payment!.refundedAmount = 10_001
      const refund = history.operations[2]!
      refund.amount = 10_001
      history.entries[2]!.amount = 10_001
      history.outbox[2]!.event!.amount = 10_001
      history.outbox[2]!.event!.payment.refundedAmount = 10_001
      refund.answer!.body = Buffer.from(
        refund.answer!.body!.toString().replace('"refundedAmount":10000', '"refundedAmount":10001'),
      )
    },
  },
  {
    what: 'a status that its totals do not fit',
    breaks: ['status-fits-totals', 'newest-event-is-payment'],
    spoil: history => {
      history.payment!.status = 'PARTIALLY_REFUNDED'
    },
  },
  {
    what: 'authorized for another amount',
    breaks: ['status-fits-operations', 'events-have-operations'],
    spoil: history => {
      history.operations[0]!.amount = 9_999
    },
  },
  {
    what: 'a capture operation of another amount',
    breaks: ['captured-by-operations', 'events-have-operations'],
    spoil: history => {
      history.operations[1]!.amount = 9_999
    },
  },
  {
    what: 'a refund operation of another amount',
    breaks: ['refunded-by-operations', 'events-have-operations'],
    spoil: history => {
      history.operations[2]!.amount = 9_999
    },
  },
  {
    what: 'an operation in another currency',
    breaks: ['one-merchant-one-currency'],
    row: 'op_',
    spoil: history => {
      history.operations[1]!.currency = 'USD'
    },
  },
  {
    what: 'a pending operation that is finished',
    breaks: ['pending-operation'],
    spoil: history => {
      history.payment!.pendingOperationId = history.operations[2]!.operationId
    },
  },
  {
    what: 'a lost payment row',
    breaks: ['nothing-orphaned', 'balance-merchants', 'balance-fees'],
    row: 'op_',
    spoil: history => {
      history.payment = null
    },
  },
  {
    what: 'an operation nobody works on any more',
    breaks: ['nothing-stuck'],
    row: 'op_',
    spoil: history => {
      const [operation] = pendingPayment(99).operations
      operation!.leaseUntilMs = minutesAgo(2)
      history.payment!.pendingOperationId = operation!.operationId
      history.operations.push(operation!)
    },
  },
  {
    what: 'a finished operation without a time',
    breaks: ['finished-has-time'],
    row: 'op_',
    spoil: history => {
      history.operations[0]!.finishedAtMs = null
    },
  },
  {
    what: 'a lost answer',
    breaks: ['answers-stored'],
    row: 'op_',
    spoil: history => {
      history.operations[1]!.answer = null
    },
  },
  {
    what: 'an answer that names another status code',
    breaks: ['answers-agree'],
    row: 'op_',
    spoil: history => {
      history.operations[1]!.answer!.statusCode = 402
    },
  },
  {
    what: 'an answer that names another total',
    breaks: ['answers-agree'],
    row: 'op_',
    spoil: history => {
      const answer = history.operations[1]!.answer!
      answer.body = Buffer.from(answer.body!.toString().replace('"capturedAmount":10000', '"capturedAmount":1'))
    },
  },
  {
    what: 'an operation whose event names another',
    breaks: ['operations-have-events', 'events-have-operations'],
    row: 'op_',
    spoil: history => {
      history.outbox[1]!.event!.operationId = 'op_other'
    },
  },
  {
    what: 'an event of another amount than its operation',
    breaks: ['events-have-operations', 'event-totals', 'one-capture-entry'],
    row: 'evt_',
    spoil: history => {
      history.outbox[1]!.event!.amount = 9_999
    },
  },
  {
    what: 'a gap in the sequence',
    breaks: ['event-sequence'],
    spoil: history => {
      history.outbox[2]!.sequence = 4
      history.outbox[2]!.event!.sequence = 4
    },
  },
  {
    what: 'an event in the outbox and in its archive',
    breaks: ['event-in-one-place', 'event-sequence', 'operations-have-events', 'order-in-topic'],
    row: 'evt_',
    spoil: history => {
      history.outbox.push({ ...history.outbox[0]!, archived: true })
    },
  },
  {
    what: 'a payload with another event id',
    breaks: ['event-envelope'],
    row: 'evt_',
    spoil: history => {
      history.outbox[0]!.event!.eventId = 'evt_other'
    },
  },
  {
    what: 'an unreadable payload',
    breaks: ['event-envelope', 'operations-have-events'],
    row: 'evt_',
    spoil: history => {
      history.outbox[0]!.event = null
    },
  },
  {
    what: 'an event with wrong running totals',
    breaks: ['event-totals', 'answers-agree'],
    row: 'evt_',
    spoil: history => {
      history.outbox[1]!.event!.payment.capturedAmount = 9_999
    },
  },
  {
    what: 'a newest event with another status',
    breaks: ['newest-event-is-payment', 'answers-agree'],
    spoil: history => {
      history.outbox[2]!.event!.payment.status = 'COMPLETED'
    },
  },
  {
    what: 'a payment whose refunded event was never written',
    breaks: ['events-complete', 'operations-have-events', 'newest-event-is-payment', 'entries-have-events'],
    spoil: history => {
      history.outbox.pop()
      history.payment!.eventCount = 2
    },
  },
  {
    what: 'an outbox row that nobody publishes',
    breaks: ['outbox-published'],
    row: 'evt_',
    spoil: history => {
      history.outbox[0]!.publishedAtMs = null
      history.outbox[0]!.inKafka = null
    },
  },
  {
    what: 'a parked outbox row',
    breaks: ['outbox-published'],
    row: 'evt_',
    spoil: history => {
      Object.assign(history.outbox[0]!, { publishedAtMs: null, inKafka: null, createdAtMs: NOW_MS, parkedAtMs: NOW_MS })
    },
  },
  {
    what: 'a row marked published that never reached Kafka',
    breaks: ['outbox-in-kafka', 'distinct-events'],
    row: 'evt_',
    spoil: history => {
      history.outbox[0]!.inKafka = null
    },
  },
  {
    what: 'a record with other bytes',
    breaks: ['outbox-in-kafka'],
    row: 'evt_',
    spoil: history => {
      history.outbox[0]!.inKafka!.differences.push('its payload is not the outbox row’s')
    },
  },
  {
    what: 'two events of one topic in the wrong order',
    breaks: ['order-in-topic'],
    row: 'evt_',
    spoil: addSecondRefund,
  },
  {
    what: 'a capture entry of another amount',
    breaks: ['captured-in-ledger', 'net-in-ledger', 'one-capture-entry', 'balance-receivable', 'balance-merchants'],
    spoil: history => {
      history.entries[0]!.amount = 9_999
    },
  },
  {
    what: 'a refund entry of another amount',
    breaks: ['refunded-in-ledger', 'net-in-ledger', 'one-refund-entry', 'balance-receivable', 'balance-merchants'],
    spoil: history => {
      history.entries[2]!.amount = 9_999
    },
  },
  {
    what: 'capture and refund entries both lost: the net hides it, the sides do not',
    breaks: ['captured-in-ledger', 'refunded-in-ledger', 'one-capture-entry', 'one-refund-entry'],
    spoil: history => {
      history.entries = history.entries.filter(entry => entry.type === 'fee')
    },
  },
  {
    what: 'a second capture entry of zero weight on the sums',
    breaks: ['one-capture-entry'],
    row: 'evt_',
    spoil: history => {
      const [capture] = history.entries
      capture!.amount = 4_000
      history.entries.push({ ...capture!, entryId: 'led_second', amount: 6_000 })
    },
  },
  {
    what: 'a lost refund entry',
    breaks: ['one-refund-entry', 'refunded-in-ledger', 'net-in-ledger', 'balance-receivable', 'balance-merchants'],
    row: 'evt_',
    spoil: history => {
      history.entries.pop()
    },
  },
  {
    what: 'a fee that the consumer never wrote',
    breaks: ['one-fee-entry'],
    row: 'evt_',
    spoil: history => {
      history.entries = history.entries.filter(entry => entry.type !== 'fee')
    },
  },
  {
    what: 'a fee of another amount than its event says',
    breaks: ['one-fee-entry', 'balance-merchants', 'balance-fees'],
    row: 'led_fee',
    spoil: history => {
      history.entries[1]!.amount = 251
    },
  },
  {
    what: 'a fee where the event says 0',
    breaks: ['one-fee-entry', 'balance-merchants', 'balance-fees'],
    row: 'evt_',
    spoil: history => {
      history.outbox[1]!.event!.feeAmount = 0
    },
  },
  {
    what: 'an entry of an event that does not exist',
    breaks: ['entries-have-events', 'balance-merchants', 'balance-fees'],
    row: 'led_ghost',
    spoil: history => {
      history.entries.push({ ...history.entries[1]!, entryId: 'led_ghost', eventId: 'evt_ghost' })
    },
  },
  {
    what: 'a fee taken from another merchant',
    breaks: ['entry-accounts', 'balance-merchants'],
    row: 'led_fee',
    spoil: history => {
      history.entries[1]!.debitAccount = 'merchant_payable:other-shop'
    },
  },
  {
    what: 'an entry on an account that does not exist',
    breaks: ['trial-balance', 'entry-accounts', 'balance-fees'],
    row: 'KRW',
    spoil: history => {
      history.entries[1]!.creditAccount = 'fee_revenu'
    },
  },
  {
    what: 'acquirer_receivable off by one, with no entry to blame',
    breaks: ['balance-receivable'],
    row: 'acquirer_receivable KRW',
    tamper: ({ debits }) => {
      debits.add('acquirer_receivable', 'KRW', -1)
      debits.add('cash', 'KRW', 1)
    },
  },
  {
    what: 'a merchant owed one too many',
    breaks: ['balance-merchants'],
    row: 'merchant_payable:shop KRW',
    tamper: ({ credits }) => {
      credits.add('merchant_payable:shop', 'KRW', 1)
      credits.add('cash', 'KRW', -1)
    },
  },
  {
    what: 'fee revenue off by one',
    breaks: ['balance-fees'],
    row: 'fee_revenue KRW',
    tamper: ({ credits }) => {
      credits.add('fee_revenue', 'KRW', 1)
      credits.add('cash', 'KRW', -1)
    },
  },
  {
    what: 'a key that waits for nobody',
    breaks: ['keys-and-operations', 'answers-stored'],
    row: 'shop key-',
    spoil: history => {
      Object.assign(history.operations[0]!.answer!, { statusCode: null, body: null, finishedAtMs: null })
    },
  },
  {
    what: 'a record that the outbox does not know',
    breaks: ['no-ghost-events', 'distinct-events'],
    row: 'payment.captured 0/7',
    tamper: ({ kafka }) => {
      kafka.records++
      kafka.unknownRecords.push({
        topic: 'payment.captured',
        partition: 0,
        offset: 7,
        eventId: 'evt_ghost',
        key: 'pay_ghost',
      })
    },
  },
  {
    what: 'fewer event ids in Kafka than outbox rows',
    breaks: ['distinct-events'],
    row: 'event ids',
    tamper: ({ kafka }) => {
      kafka.distinct--
    },
  },
  {
    what: 'a topic that forgot its first records',
    breaks: ['kafka-keeps-all'],
    row: 'payment.captured 0',
    tamper: ({ kafka }) => {
      kafka.truncated.push({ topic: 'payment.captured', partition: 0, low: 3 })
    },
  },
  {
    what: 'a consumer that stopped',
    breaks: ['consumer-offsets'],
    row: 'record-ledger-captured payment.captured 0',
    tamper: ({ kafka }) => {
      Object.assign(kafka.lags[0]!, { committed: 5, overdue: 2 })
    },
  },
  {
    what: 'a group that committed beyond the end',
    breaks: ['consumer-offsets'],
    row: 'record-ledger-captured payment.captured 0',
    tamper: ({ kafka }) => {
      kafka.lags[0]!.committed = 8
    },
  },
  {
    what: 'a dead letter',
    breaks: ['no-dead-letters'],
    row: 'payment.dlq 0/0',
    tamper: ({ kafka }) => {
      kafka.deadLetters.push({
        partition: 0,
        offset: 0,
        origin: 'payment.captured 0/1',
        error: 'schema',
        state: 'waiting',
      })
    },
  },
]

/** Splits the refund into two halves and swaps their places in Kafka; everything else stays right. */
function addSecondRefund(history: HistoryInKafka): void {
  const [operation, row, entry] = [history.operations[2]!, history.outbox[2]!, history.entries[2]!]
  const second = structuredClone({ operation, row, entry })
  second.operation.answer!.body = Buffer.from(operation.answer!.body!)
  for (const part of [operation, row.event!, entry, second.operation, second.row.event!, second.entry])
    part.amount = 5_000
  Object.assign(row.event!.payment, { refundedAmount: 5_000, status: 'PARTIALLY_REFUNDED' })
  operation.answer!.body = Buffer.from(
    operation
      .answer!.body!.toString()
      .replace('"refundedAmount":10000', '"refundedAmount":5000')
      .replace('"REFUNDED"', '"PARTIALLY_REFUNDED"'),
  )
  const ids = { operationId: 'op_second', eventId: 'evt_second' }
  Object.assign(second.operation, { operationId: ids.operationId, idempotencyKey: 'second' })
  Object.assign(second.operation.answer!, { operationId: ids.operationId, idempotencyKey: 'second' })
  second.operation.answer!.body = Buffer.from(
    second.operation.answer!.body!.toString().replace(operation.operationId, ids.operationId),
  )
  Object.assign(second.row, { id: 999, eventId: ids.eventId, sequence: 4 })
  Object.assign(second.row.event!, { ...ids, sequence: 4 })
  Object.assign(second.entry, { entryId: 'led_second', eventId: ids.eventId })
  second.row.inKafka!.offset = row.inKafka!.offset - 1
  history.payment!.eventCount = 4
  history.operations.push(second.operation)
  history.outbox.push(second.row)
  history.entries.push(second.entry)
}

describe('the invariants', () => {
  test('hold on healthy payments, each having looked at something', async () => {
    const results = await resultsOf(healthyPayments())
    expect(failedOf(results)).toEqual([])
    expect(results.filter(result => result.checked === 0 || result.pending > 0).map(result => result.name)).toEqual([])
  })

  test.each(corruptions)('find $what', async ({ breaks, row, spoil, tamper }) => {
    const histories = healthyPayments()
    const spoiled = histories[REFUNDED]!
    spoil?.(spoiled)
    const results = await resultsOf(histories, tamper)
    expect(failedOf(results).sort()).toEqual([...breaks].sort())
    const named = results.find(result => result.name === breaks[0])!
    expect(named.rows[0]!.row).toContain(row ?? spoiled.paymentId)
  })

  test('are each broken by a corruption of their own', () => {
    const planted = new Set(corruptions.map(({ breaks }) => breaks[0]))
    const names = [...needingDatabase, ...needingKafka].map(({ name }) => name)
    // The net follows from its two sides: whatever breaks it breaks one of them first.
    expect(names.filter(name => !planted.has(name))).toEqual(['net-in-ledger'])
  })

  test('have names and sentences of their own', () => {
    const all = [...needingDatabase, ...needingKafka]
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Set(all.map(({ sentence }) => sentence)).size).toBe(all.length)
  })
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
