/** The books under redelivery, duplicates, missing and differing entries, and poison of every kind. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SEED, seeded } from '../../test/unit/seed.ts'
import type { PaymentEvent } from '../contracts/events.ts'
import { isWrittenByOperation, movement } from '../domain/ledger.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { shuffledTurns } from './fake-store.ts'
import { createFakeIds, createFakePorts, FAKE_NOW_MS, type FakePorts, fakeTerms } from './fakes.ts'
import { DependencyUnavailableError, DuplicateKeyError, type IncomingRecord, type LedgerEntry } from './ports.ts'
import { recordLedger } from './record-ledger.ts'

const ids = createFakeIds(1_000)

const captured = (given: Partial<PaymentEvent> = {}): PaymentEvent => ({
  eventId: ids.event(),
  eventType: 'payment.captured',
  occurredAt: '2026-01-02T03:04:05.006Z',
  sequence: 2,
  operationId: ids.operation(),
  amount: 10_000,
  feeAmount: 250,
  payment: {
    paymentId: ids.payment(),
    merchantId: 'shop',
    status: 'COMPLETED',
    amount: 10_000,
    currency: 'KRW',
    capturedAmount: 10_000,
    refundedAmount: 0,
  },
  ...given,
})

function refunded(given: Partial<PaymentEvent> = {}): PaymentEvent {
  const { feeAmount: _, ...event } = captured({ eventType: 'payment.refunded', sequence: 3, ...given })
  return event
}

let nextOffset = 0
const recordOf = (event: PaymentEvent, given: Partial<IncomingRecord> = {}): IncomingRecord => ({
  topic: event.eventType,
  partition: 0,
  offset: nextOffset++,
  key: Buffer.from(event.payment.paymentId),
  value: Buffer.from(JSON.stringify(event)),
  headers: [],
  ...given,
})

/** The entry that the capture's or refund's own transaction wrote. */
const entryOf = (event: PaymentEvent, given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...movement(
    event.eventType === 'payment.captured' ? 'capture' : 'refund',
    event.payment.merchantId,
    event.amount,
    event.payment.currency,
  ),
  entryId: ids.entry(),
  paymentId: event.payment.paymentId,
  eventId: event.eventId,
  occurredAtMs: FAKE_NOW_MS,
  ...given,
})

const write = (ports: FakePorts, entries: LedgerEntry[]) =>
  ports.transactions.run('rows', tx => ports.ledger.insert(tx, entries, FAKE_NOW_MS))

/** The outbox rows of events. */
const tell = (ports: FakePorts, ...events: PaymentEvent[]) =>
  ports.transactions.run('rows', async tx => {
    for (const event of events) {
      const { eventId, eventType: topic, sequence, payment } = event
      const row = { eventId, topic, messageKey: payment.paymentId, sequence, payload: JSON.stringify(event) }
      await ports.outbox.insert(tx, { ...row, shard: 0, traceparent: null }, FAKE_NOW_MS)
    }
  })

/** An outbox that wrote these events, and books that have none of them. */
async function outboxWith(...events: PaymentEvent[]) {
  const ports = createFakePorts()
  await tell(ports, ...events)
  return ports
}

/** Books in which every event has the entry of its own transaction. */
async function booksWith(...events: PaymentEvent[]) {
  const ports = await outboxWith(...events)
  if (events.length > 0)
    await write(
      ports,
      events.map(event => entryOf(event)),
    )
  return ports
}

const entriesOf = (ports: FakePorts, event: PaymentEvent) =>
  ports.ledger.table.rows().filter(entry => entry.eventId === event.eventId)
const typesOf = (ports: FakePorts, event: PaymentEvent) => entriesOf(ports, event).map(entry => entry.type)

describe('a captured event', () => {
  test('writes the fee that the event says, and nothing else', async () => {
    const event = captured()
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 1, poisoned: 0 })

    expect(entriesOf(ports, event).at(-1)).toEqual({
      type: 'fee',
      debitAccount: 'merchant_payable:shop',
      creditAccount: 'fee_revenue',
      amountMinor: 250,
      currency: 'KRW',
      entryId: expect.stringMatching(/^led_/),
      paymentId: event.payment.paymentId,
      eventId: event.eventId,
      occurredAtMs: FAKE_NOW_MS,
    })
    expect(typesOf(ports, event)).toEqual(['capture', 'fee'])
    expect(ports.alarms.repaired).toEqual([])
  })

  test('with a fee of 0 writes no row', async () => {
    const event = captured({ feeAmount: 0 })
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 0, poisoned: 0 })
    expect(typesOf(ports, event)).toEqual(['capture'])
  })

  test('may carry fields that we do not know', async () => {
    const event = { ...captured(), channel: 'web' }
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 1, poisoned: 0 })
  })
})

describe('a refunded event', () => {
  test('whose entry is there writes nothing', async () => {
    const event = refunded()
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 0, poisoned: 0 })
    expect(typesOf(ports, event)).toEqual(['refund'])
  })

  test('may come before the captured one', async () => {
    const capture = captured()
    const refund = refunded({ payment: capture.payment })
    const ports = await booksWith(capture, refund)

    await recordLedger(ports, [recordOf(refund)])
    await recordLedger(ports, [recordOf(capture)])

    expect([typesOf(ports, capture), typesOf(ports, refund)]).toEqual([['capture', 'fee'], ['refund']])
    expect(ports.deadLetters.buried).toEqual([])
  })

  test('that carries a fee is poison: the fee was taken at the capture', async () => {
    const event = refunded()
    const ports = await booksWith(event)

    const outcome = await recordLedger(ports, [recordOf({ ...event, feeAmount: 250 })])

    expect(outcome).toEqual({ written: 0, poisoned: 1 })
    expect(typesOf(ports, event)).toEqual(['refund'])
  })
})

const OCCURRED_MS = Date.parse('2026-01-02T03:04:05.006Z')

const termsOf = (given: Partial<DatedTerms>): DatedTerms => ({
  ...fakeTerms,
  ...{ merchantId: 'shop', currency: 'KRW', validFromMs: OCCURRED_MS },
  ...given,
})

/** What the consumer wrote of an event, as `type debit → credit amount`. */
const writtenOf = (ports: FakePorts, event: PaymentEvent) =>
  entriesOf(ports, event)
    .filter(({ type }) => !isWrittenByOperation(type))
    .map(entry => `${entry.type} ${entry.debitAccount} → ${entry.creditAccount} ${entry.amountMinor}`)

describe('VAT on the fee', () => {
  const vatUnder = async (terms: Partial<DatedTerms>, given: Partial<PaymentEvent> = {}) => {
    const event = captured(given)
    const ports = await booksWith(event)
    ports.terms.rows.push(termsOf(terms))
    await recordLedger(ports, [recordOf(event)])
    return writtenOf(ports, event)
  }

  test('that is exclusive is a tenth on top of it, from the merchant', async () => {
    expect(await vatUnder({ vatMode: 'exclusive' })).toEqual([
      'fee merchant_payable:shop → fee_revenue 250',
      'fee_vat merchant_payable:shop → vat_payable 25',
    ])
  })

  test('that is inclusive is an eleventh of it, from our revenue', async () => {
    expect(await vatUnder({ vatMode: 'inclusive' })).toEqual([
      'fee merchant_payable:shop → fee_revenue 250',
      'fee_vat fee_revenue → vat_payable 23',
    ])
  })

  test.each<{ what: string; terms: Partial<DatedTerms>; given?: Partial<PaymentEvent> }>([
    { what: 'no VAT', terms: { vatMode: 'none' } },
    { what: 'terms of another merchant', terms: { vatMode: 'exclusive', merchantId: 'other' } },
    { what: 'terms of another currency', terms: { vatMode: 'exclusive', currency: 'USD' } },
    { what: 'terms that began a moment later', terms: { vatMode: 'exclusive', validFromMs: OCCURRED_MS + 1 } },
  ])('is not booked by $what', async ({ terms }) => {
    expect(await vatUnder(terms)).toEqual(['fee merchant_payable:shop → fee_revenue 250'])
  })

  test('is not booked where it comes to nothing', async () => {
    expect(await vatUnder({ vatMode: 'exclusive' }, { feeAmount: 4 })).toEqual([
      'fee merchant_payable:shop → fee_revenue 4',
    ])
  })

  test('follows the defaults of merchants without terms', async () => {
    const event = captured()
    const ports = { ...(await booksWith(event)), settlementDefaults: { ...fakeTerms, vatMode: 'exclusive' as const } }

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 2, poisoned: 0 })
    expect(writtenOf(ports, event)).toContain('fee_vat merchant_payable:shop → vat_payable 25')
  })

  // The default has no date: what was booked before would look wrong.
  test('books nothing by other defaults than the first event was booked by', async () => {
    const event = captured()
    const ports = await booksWith(event)
    ports.bookedDefaults.booked = { vatMode: 'exclusive', refundFee: 'keep' }

    await expect(recordLedger(ports, [recordOf(event)])).rejects.toThrow(
      'events were booked by {"vatMode":"exclusive","refundFee":"keep"}: set it back',
    )
    expect(writtenOf(ports, event)).toEqual([])
    expect(ports.alarms.letters).toEqual([])
  })

  test('that the books have otherwise is dead-lettered, and stays', async () => {
    const event = captured()
    const ports = await booksWith(event)
    const vat = movement('fee_vat', 'shop', 24, 'KRW', 'exclusive')
    await write(ports, [{ ...entryOf(event), ...vat, entryId: ids.entry() }])
    ports.terms.rows.push(termsOf({ vatMode: 'exclusive' }))

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 0, poisoned: 1 })

    expect(ports.alarms.letters.map(({ reason }) => reason)).toEqual([
      'the fee_vat entry in the books differs from the event',
    ])
    expect(writtenOf(ports, event)).toEqual(['fee_vat merchant_payable:shop → vat_payable 24'])
  })
})

describe('a refund whose terms return the fee', () => {
  /** Captured in two parts, 6,000 and 4,000 with 90 and 60 of fee, and refunded in parts. */
  function steps(...refundsMinor: number[]): PaymentEvent[] {
    const { payment } = captured()
    const sequenced = (sequence: number, given: Partial<PaymentEvent>) => ({ payment, sequence, ...given })
    return [
      captured(sequenced(2, { amount: 6_000, feeAmount: 90 })),
      captured(sequenced(3, { amount: 4_000, feeAmount: 60 })),
      ...refundsMinor.map((amount, index) => refunded(sequenced(4 + index, { amount }))),
    ]
  }

  /** Their own transactions have written their part, by terms with VAT on top. */
  async function returningBooks(events: readonly PaymentEvent[], ...terms: DatedTerms[]) {
    const ports = await booksWith(...events)
    ports.terms.rows.push(termsOf({ vatMode: 'exclusive', refundFee: 'return' }), ...terms)
    return ports
  }

  test('gives back its part of what all captures were charged, fee and VAT', async () => {
    const events = steps(4_000)
    const ports = await returningBooks(events)

    expect(
      await recordLedger(
        ports,
        events.map(event => recordOf(event)),
      ),
    ).toEqual({ written: 6, poisoned: 0 })

    expect(writtenOf(ports, events[2]!)).toEqual([
      'refund_fee fee_revenue → merchant_payable:shop 60',
      'refund_fee_vat vat_payable → merchant_payable:shop 6',
    ])
  })

  test('in parts gives back all that was charged, whichever part comes first', async () => {
    const events = steps(3_333, 3_333, 3_334)
    const ports = await returningBooks(events)

    for (const event of events.toReversed()) await recordLedger(ports, [recordOf(event)])

    const amounts = (type: string) =>
      ports.ledger.table.rows().flatMap(entry => (entry.type === type ? [entry.amountMinor] : []))
    expect(amounts('refund_fee')).toEqual([50, 50, 50])
    expect(amounts('refund_fee_vat')).toEqual([5, 5, 5])
    expect(amounts('fee_vat')).toEqual([6, 9])
  })

  test('needs no entry of its captures, and finds their events in the archive, too', async () => {
    const events = steps(10_000)
    const ports = await returningBooks(events)
    await ports.transactions.run('archive', async tx => {
      const rows = ports.outbox.table.rows().filter(({ topic }) => topic === 'payment.captured')
      await ports.outbox.markPublished(
        tx,
        rows.map(({ id }) => id),
        FAKE_NOW_MS,
      )
      await ports.outbox.archive(
        tx,
        rows.map(({ id }) => id),
      )
    })

    await recordLedger(ports, [recordOf(events[2]!)])

    expect(writtenOf(ports, events[2]!)).toEqual([
      'refund_fee fee_revenue → merchant_payable:shop 150',
      'refund_fee_vat vat_payable → merchant_payable:shop 15',
    ])
  })

  test('goes by the terms of each event at its own time', async () => {
    const [first, second, kept, returned] = steps(5_000, 5_000)
    const at = (event: PaymentEvent, seconds: number) => ({
      ...event,
      occurredAt: new Date(OCCURRED_MS + seconds * 1_000).toISOString(),
    })
    const events = [at(first!, 0), at(second!, 1), at(kept!, 2), at(returned!, 3)]
    const ports = await returningBooks(
      events,
      termsOf({ vatMode: 'none', refundFee: 'keep', validFromMs: OCCURRED_MS + 1_000 }),
      termsOf({ vatMode: 'inclusive', refundFee: 'return', validFromMs: OCCURRED_MS + 3_000 }),
    )

    await recordLedger(
      ports,
      events.map(event => recordOf(event)),
    )

    expect(events.map(event => writtenOf(ports, event))).toEqual([
      ['fee merchant_payable:shop → fee_revenue 90', 'fee_vat merchant_payable:shop → vat_payable 9'],
      ['fee merchant_payable:shop → fee_revenue 60'],
      [],
      ['refund_fee fee_revenue → merchant_payable:shop 75', 'refund_fee_vat vat_payable → merchant_payable:shop 4'],
    ])
  })

  test('changes nothing when it is delivered again', async () => {
    const events = steps(3_333, 6_667)
    const ports = await returningBooks(events)
    const records = events.map(event => recordOf(event))
    await recordLedger(ports, records)
    const books = ports.ledger.table.rows()

    expect(await recordLedger(ports, records)).toEqual({ written: 0, poisoned: 0 })
    expect(ports.ledger.table.rows()).toEqual(books)
  })

  test('that the books have otherwise is dead-lettered', async () => {
    const events = steps(4_000)
    const ports = await returningBooks(events)
    const back = movement('refund_fee', 'shop', 61, 'KRW')
    await write(ports, [{ ...entryOf(events[2]!), ...back, entryId: ids.entry() }])

    expect(await recordLedger(ports, [recordOf(events[2]!)])).toEqual({ written: 0, poisoned: 1 })
    expect(ports.alarms.letters[0]!.reason).toBe('the refund_fee entry in the books differs from the event')
  })

  // Without all of them nobody knows what was charged. A thrown error would come back with every delivery.
  test.each<{ what: string; told: (events: PaymentEvent[]) => PaymentEvent[] }>([
    { what: 'has no capture', told: events => events.slice(2) },
    {
      what: 'has a capture without its fee',
      told: events => [{ ...events[0]!, feeAmount: undefined }, ...events.slice(1)],
    },
  ])('is dead-lettered when the outbox $what, and the others are recorded', async ({ told }) => {
    const [events, other] = [steps(4_000), captured()]
    const ports = await returningBooks([...told(events), other])

    expect(await recordLedger(ports, [recordOf(events[2]!), recordOf(other)])).toEqual({ written: 2, poisoned: 1 })
    expect(ports.alarms.letters[0]!.reason).toBe(
      'the outbox does not say what the captures of its payment were charged',
    )
  })

  test('is dead-lettered when a capture of its payment in the outbox is no JSON', async () => {
    const events = steps(4_000)
    const ports = await returningBooks(events)
    const { id } = ports.outbox.table.rows()[0]!
    const spoil = <Row extends object>(row: Row) => ({ ...row, payload: '{"eventId":' })
    await ports.transactions.run('outbox', tx => ports.outbox.table.update(tx, String(id), spoil))

    expect(await recordLedger(ports, [recordOf(events[2]!)])).toEqual({ written: 0, poisoned: 1 })
  })

  test('alone is why earlier events are read', async () => {
    const [events, other] = [steps(4_000), refunded({ payment: { ...captured().payment, merchantId: 'other' } })]
    const ports = await returningBooks([...events, other])
    const asked: (readonly string[])[] = []
    const listByPayments = ports.outbox.listByPayments.bind(ports.outbox)
    ports.outbox.listByPayments = (tx, paymentIds) => {
      asked.push(paymentIds)
      return listByPayments(tx, paymentIds)
    }

    await recordLedger(ports, [recordOf(events[0]!), recordOf(other)])
    expect(asked).toEqual([])
    await recordLedger(
      ports,
      [...events, other].map(event => recordOf(event)),
    )
    expect(asked).toEqual([[events[2]!.payment.paymentId]])
  })
})

describe('a second delivery', () => {
  test('changes nothing', async () => {
    const events = [captured(), refunded(), captured()]
    const ports = await booksWith(...events)
    const records = events.map(event => recordOf(event))
    await recordLedger(ports, records)
    const books = ports.ledger.table.rows()

    expect(await recordLedger(ports, records)).toEqual({ written: 0, poisoned: 0 })

    expect(ports.ledger.table.rows()).toEqual(books)
    expect(ports.alarms).toMatchObject({ repaired: [], letters: [] })
  })

  test('within one batch changes nothing either', async () => {
    const event = captured()
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event), recordOf(event), recordOf(event)])).toEqual({
      written: 1,
      poisoned: 0,
    })
    expect(typesOf(ports, event)).toEqual(['capture', 'fee'])
  })

  test('that says something else, within one batch or later, is dead-lettered; the first stays', async () => {
    const event = captured()
    const other = { ...event, feeAmount: 251 }
    const ports = await booksWith(event)

    expect(await recordLedger(ports, [recordOf(event), recordOf(other)])).toEqual({ written: 1, poisoned: 1 })
    expect(await recordLedger(ports, [recordOf(other)])).toEqual({ written: 0, poisoned: 1 })

    expect(entriesOf(ports, event).map(entry => entry.amountMinor)).toEqual([10_000, 250])
    expect(ports.alarms.letters.map(letter => letter.reason)).toEqual([
      `not from the outbox: payload of event ${event.eventId} differ there`,
      `not from the outbox: payload of event ${event.eventId} differ there`,
    ])
  })

  test('at the same moment: one writes, the other is told to come again, and then finds all done', async () => {
    const events = [captured(), captured()]
    const ports = createFakePorts({ turn: shuffledTurns(SEED) })
    await tell(ports, ...events)
    await write(
      ports,
      events.map(event => entryOf(event)),
    )
    const records = events.map(event => recordOf(event))

    const both = await Promise.allSettled([recordLedger(ports, records), recordLedger(ports, records)])
    for (const outcome of both)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DuplicateKeyError)
    const again = await recordLedger(ports, records)

    expect(again).toEqual({ written: 0, poisoned: 0 })
    for (const event of events) expect(typesOf(ports, event)).toEqual(['capture', 'fee'])
    expect(ports.deadLetters.buried).toEqual([])
  })
})

describe('a missing entry', () => {
  test.each([
    { name: 'capture', make: captured, types: ['capture', 'fee'] },
    { name: 'refund', make: refunded, types: ['refund'] },
  ])('of a $name is written from its event, with an alarm', async ({ make, types }) => {
    const event = make()
    const ports = await outboxWith(event)

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: types.length, poisoned: 0 })

    expect(typesOf(ports, event)).toEqual(types)
    expect(entriesOf(ports, event)[0]).toEqual(entryOf(event, { entryId: entriesOf(ports, event)[0]!.entryId }))
    expect(ports.alarms.repaired).toEqual([event.eventId])
  })

  test('raises no alarm when the transaction that would have repaired it is rolled back', async () => {
    const event = captured()
    const ports = await outboxWith(event)
    ports.transactions.failNextCommit('before')

    await expect(recordLedger(ports, [recordOf(event)])).rejects.toThrow(DependencyUnavailableError)
    expect(ports.alarms.repaired).toEqual([])
  })
})

describe('an entry that differs from its event', () => {
  test.each<{ what: string; wrong: Partial<LedgerEntry> }>([
    { what: 'amount', wrong: { amountMinor: 9_999 } },
    { what: 'currency', wrong: { currency: 'USD' } },
    { what: 'debit account', wrong: { debitAccount: 'cash' } },
    { what: 'credit account', wrong: { creditAccount: 'merchant_payable:Shop' } },
  ])('in its $what is dead-lettered; its fee is not written and the entry is left as it is', async ({ wrong }) => {
    const event = captured()
    const healthy = captured()
    const ports = await outboxWith(event, healthy)
    await write(ports, [entryOf(event, wrong), entryOf(healthy)])
    const record = recordOf(event)

    expect(await recordLedger(ports, [record, recordOf(healthy)])).toEqual({ written: 1, poisoned: 1 })

    expect(entriesOf(ports, event)).toMatchObject([wrong])
    expect(typesOf(ports, healthy)).toEqual(['capture', 'fee'])
    expect(ports.deadLetters.buried).toEqual([
      { record, reason: 'the capture entry in the books differs from the event' },
    ])
    expect(ports.alarms.letters).toEqual(ports.deadLetters.buried)
  })
})

describe('an event that the outbox did not write', () => {
  test('is dead-lettered, whether its payment exists or not, and books and repairs nothing', async () => {
    const healthy = captured()
    const invented = [captured({ payment: healthy.payment }), captured(), refunded({ payment: healthy.payment })]
    const ports = await booksWith(healthy)
    const records = invented.map(event => recordOf(event))

    expect(await recordLedger(ports, [...records, recordOf(healthy)])).toEqual({ written: 1, poisoned: 3 })

    expect(ports.ledger.table.rows().map(entry => [entry.eventId, entry.type])).toEqual([
      [healthy.eventId, 'capture'],
      [healthy.eventId, 'fee'],
    ])
    expect(ports.deadLetters.buried).toEqual(
      records.map((record, index) => ({
        record,
        reason: `not from the outbox: it has no event ${invented[index]!.eventId}`,
      })),
    )
    expect(ports.alarms.repaired).toEqual([])
  })

  test.each<{ what: string; change: (event: PaymentEvent) => PaymentEvent; differs: string }>([
    { what: 'amount', change: event => ({ ...event, amount: 9_999 }), differs: 'payload' },
    { what: 'fee', change: event => ({ ...event, feeAmount: 1 }), differs: 'payload' },
    {
      what: 'payment',
      change: event => ({ ...event, payment: { ...event.payment, paymentId: ids.payment() } }),
      differs: 'key and payload',
    },
    {
      what: 'type',
      change: ({ feeAmount: _, ...event }) => ({ ...event, eventType: 'payment.refunded' }),
      differs: 'topic and payload',
    },
    { what: 'field that we do not know', change: event => ({ ...event, channel: 'web' }) as never, differs: 'payload' },
  ])(
    'under the id of one that it wrote, with another $what: the same, also where a repair would be due',
    async given => {
      const event = captured()
      const ports = await outboxWith(event)
      const record = recordOf(given.change(event))

      expect(await recordLedger(ports, [record])).toEqual({ written: 0, poisoned: 1 })

      expect(ports.deadLetters.buried).toEqual([
        { record, reason: `not from the outbox: ${given.differs} of event ${event.eventId} differ there` },
      ])
      expect(ports.ledger.table.rows()).toEqual([])
    },
  )
})

describe('poison', () => {
  const event = captured()
  const poisons: Array<{ what: string; record: IncomingRecord; reason: RegExp }> = [
    { what: 'no value', record: recordOf(event, { value: null }), reason: /^empty value$/ },
    { what: 'no JSON', record: recordOf(event, { value: Buffer.from('{"eventId":') }), reason: /^not JSON: / },
    { what: 'an empty value', record: recordOf(event, { value: Buffer.alloc(0) }), reason: /^not JSON: / },
    { what: 'JSON null', record: recordOf(event, { value: Buffer.from('null') }), reason: /^schema: / },
    { what: 'a list', record: recordOf(event, { value: Buffer.from('[]') }), reason: /^schema: / },
    {
      what: 'bytes that are no text',
      record: recordOf(event, { value: Buffer.from([0xff, 0xfe, 0x00]) }),
      reason: /^not JSON: /,
    },
    {
      what: 'a missing field',
      record: recordOf({ ...event, operationId: undefined } as never),
      reason: /^schema: operationId /,
    },
    { what: 'a wrong amount', record: recordOf({ ...event, amount: -1 }), reason: /^schema: amount / },
    {
      what: 'a capture without its fee',
      record: recordOf({ ...event, feeAmount: undefined }),
      reason: /^schema: feeAmount a capture carries its fee/,
    },
    {
      what: 'a fee above the amount',
      record: recordOf({ ...event, feeAmount: 10_001 }),
      reason: /^schema: feeAmount /,
    },
    {
      what: 'another topic',
      record: recordOf(event, { topic: 'payment.refunded' }),
      reason: /^event type payment.captured on topic payment.refunded$/,
    },
    {
      what: 'a type that moves no money',
      record: recordOf({ ...event, eventType: 'payment.authorized' }),
      reason: /^schema: eventType /,
    },
    {
      what: 'another key',
      record: recordOf(event, { key: Buffer.from(ids.payment()) }),
      reason: /^the key is not the payment id$/,
    },
    { what: 'no key', record: recordOf(event, { key: null }), reason: /^the key is not the payment id$/ },
  ]

  test.each(poisons)(
    '$what is buried with its reason, alarmed, and the rest is recorded',
    async ({ record, reason }) => {
      const [before, after] = [captured(), captured()]
      const ports = await booksWith(before, after)

      const outcome = await recordLedger(ports, [recordOf(before), record, recordOf(after)])

      expect(outcome).toEqual({ written: 2, poisoned: 1 })
      expect(ports.deadLetters.buried).toEqual([{ record, reason: expect.stringMatching(reason) }])
      expect(ports.alarms.letters).toEqual(ports.deadLetters.buried)
      expect([typesOf(ports, before), typesOf(ports, after)]).toEqual([
        ['capture', 'fee'],
        ['capture', 'fee'],
      ])
    },
  )

  test('a batch of nothing but poison, and an empty one, need no database', async () => {
    const ports = await booksWith()
    ports.transactions.away = true

    expect(
      await recordLedger(
        ports,
        poisons.map(poison => poison.record),
      ),
    ).toEqual({
      written: 0,
      poisoned: poisons.length,
    })
    expect(await recordLedger(ports, [])).toEqual({ written: 0, poisoned: 0 })
  })

  test(`any bytes are buried or recorded, and never thrown (seed ${SEED})`, async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array)),
      fc.json().map(text => Buffer.from(text)),
    )

    await fc.assert(
      fc.asyncProperty(bytes, async value => {
        const ports = await booksWith()
        expect(await recordLedger(ports, [recordOf(event, { value })])).toEqual({ written: 0, poisoned: 1 })
      }),
      seeded(100),
    )
  })

  test('poison that cannot be buried is delivered again, without an alarm yet', async () => {
    const healthy = captured()
    const ports = await booksWith(healthy)
    ports.deadLetters.away = true
    const records = [recordOf(healthy), poisons[0]!.record]

    await expect(recordLedger(ports, records)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.alarms.letters).toEqual([])
    ports.deadLetters.away = false

    expect(await recordLedger(ports, records)).toEqual({ written: 0, poisoned: 1 })
    expect(typesOf(ports, healthy)).toEqual(['capture', 'fee'])
  })
})

describe('a row that the database refuses for what it holds', () => {
  test('is found by recording one by one, buried, and the rest is recorded once', async () => {
    const events = [captured(), captured(), captured()]
    const refusedEvent = events[1]!
    const ports = await booksWith(...events)
    ports.ledger.refuses = entry => entry.eventId === refusedEvent.eventId
    const records = events.map(event => recordOf(event))

    expect(await recordLedger(ports, records)).toEqual({ written: 2, poisoned: 1 })

    expect(ports.deadLetters.buried).toEqual([{ record: records[1], reason: 'constraint of the test' }])
    expect(events.map(event => typesOf(ports, event))).toEqual([['capture', 'fee'], ['capture'], ['capture', 'fee']])
  })

  test('leaves no half of its event behind', async () => {
    const event = captured()
    const ports = await outboxWith(event)
    ports.ledger.refuses = entry => entry.type === 'fee'

    expect(await recordLedger(ports, [recordOf(event)])).toEqual({ written: 0, poisoned: 1 })
    expect(entriesOf(ports, event)).toEqual([])
    expect(ports.alarms.repaired).toEqual([])
  })
})

describe('a database that is away', () => {
  test('buries nothing of what it could not judge: the batch is delivered again', async () => {
    const event = captured()
    const ports = await booksWith(event)
    ports.transactions.away = true

    await expect(recordLedger(ports, [recordOf(event)])).rejects.toThrow(DependencyUnavailableError)
    expect(ports.deadLetters.buried).toEqual([])
  })
})
