/** payment.dlq as rows: letters once, notes in their order, and what the console's own transaction has not recorded in the audit log. */
import { describe, expect, test } from '@jest/globals'
import { type LetterNote, noteRecordOf } from '../contracts/dead-letter-records.ts'
import type { AuditEntry } from '../settlement/ports.ts'
import { createFakePorts } from './fakes.ts'
import type { IncomingRecord, LetterHandling } from './ports.ts'
import { recordDeadLetters } from './record-dead-letters.ts'

const AT = '2026-01-02T03:04:05.006Z'
const PAYMENT_ID = `pay_${'0'.repeat(26)}`

function setUp() {
  const entries: AuditEntry[] = []
  const ports = {
    ...createFakePorts(),
    auditLog: { append: async (_: unknown, entry: AuditEntry) => void entries.push(entry) },
  }
  const take = (...records: IncomingRecord[]) => recordDeadLetters(ports, records)
  return { ports, entries, take }
}

const recordAt = (offset: number, value: unknown): IncomingRecord => ({
  topic: 'payment.dlq',
  partition: 0,
  offset,
  key: Buffer.from('of the letter'),
  value: typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value)),
  headers: [],
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const letterAt = (offset: number, given: Record<string, unknown> = {}): IncomingRecord =>
  recordAt(offset, {
    topic: 'payment.captured',
    partition: 3,
    offset: 15,
    error: 'not JSON',
    failedAt: AT,
    key: base64(PAYMENT_ID),
    value: base64('{'),
    headers: [['event-id', base64('evt_1')]],
    ...given,
  })

const noteAt = (offset: number, given: Partial<LetterNote> & { offset: number }): IncomingRecord => {
  const note = { partition: 0, state: 'REDRIVEN', at: AT, by: 'npm run dlq', reason: null, key: null } as const
  return recordAt(offset, noteRecordOf({ ...note, ...given }).value)
}

const stateOf = async ({ ports }: ReturnType<typeof setUp>, offset: number) =>
  (await ports.deadLetterRows.find({ partition: 0, offset }))?.state

describe('a letter', () => {
  test('is a row with its bytes, reason, origin and payment', async () => {
    const { ports, take } = setUp()

    expect(await take(letterAt(0))).toEqual({ listed: 1, noted: 0 })
    expect(await ports.deadLetterRows.find({ partition: 0, offset: 0 })).toMatchObject({
      ...{ state: 'WAITING', error: 'not JSON', failedAtMs: Date.parse(AT), paymentId: PAYMENT_ID },
      origin: { topic: 'payment.captured', partition: 3, offset: 15 },
      bytes: { key: Buffer.from(PAYMENT_ID), value: Buffer.from('{'), headers: [['event-id', Buffer.from('evt_1')]] },
    })
  })

  test.each<[string, Record<string, unknown>, string | null]>([
    [
      'by its value, when its key is none',
      { key: null, value: base64(`{"payment":{"paymentId":"${PAYMENT_ID}"}}`) },
      PAYMENT_ID,
    ],
    ['not, when nothing names one', { key: base64('pay_1'), value: base64('{}') }, null],
    ['not by an id that no payment can have', { key: base64(`pay_${'I'.repeat(26)}`) }, null],
  ])('names its payment %s', async (_, given, paymentId) => {
    const { ports, take } = setUp()
    await take(letterAt(0, given))

    expect((await ports.deadLetterRows.find({ partition: 0, offset: 0 }))?.paymentId).toBe(paymentId)
  })

  test('that cannot be read is a row with its own bytes', async () => {
    const { ports, take } = setUp()
    await take(recordAt(0, 'not even a letter'))

    expect(await ports.deadLetterRows.find({ partition: 0, offset: 0 })).toMatchObject({
      ...{ state: 'WAITING', error: 'not a dead letter', origin: null, paymentId: null, failedAtMs: null },
      bytes: { key: Buffer.from('of the letter'), value: Buffer.from('not even a letter') },
    })
  })

  test('that is delivered again changes nothing, also after it was handled', async () => {
    const made = setUp()
    await made.take(letterAt(0), noteAt(1, { offset: 0 }))

    expect(await made.take(letterAt(0), noteAt(1, { offset: 0 }))).toEqual({ listed: 0, noted: 0 })
    expect(await stateOf(made, 0)).toBe('REDRIVEN')
    expect(made.entries).toHaveLength(1)
  })
})

describe('a note', () => {
  test('says what was done; the last one counts, and each is an entry of the audit log that names nobody as its actor', async () => {
    const made = setUp()
    await made.take(letterAt(0), letterAt(1), noteAt(2, { offset: 0, state: 'PUT_ASIDE', by: 'lee', reason: 'a test' }))
    await made.take(noteAt(3, { offset: 0 }))

    expect([await stateOf(made, 0), await stateOf(made, 1)]).toEqual(['REDRIVEN', 'WAITING'])
    expect(made.entries).toEqual([
      {
        actor: 'system record-dead-letters',
        action: 'dead-letter.put-aside',
        subject: 'payment.dlq 0/0',
        reason: 'a test',
        details: { by: 'lee', at: AT, key: null },
      },
      expect.objectContaining({ action: 'dead-letter.redriven', details: { by: 'npm run dlq', at: AT, key: null } }),
    ])
  })

  test('that comes late undoes nothing', async () => {
    const made = setUp()
    await made.take(letterAt(0), noteAt(5, { offset: 0 }))
    await made.take(noteAt(4, { offset: 0, state: 'PUT_ASIDE' }))

    expect(await stateOf(made, 0)).toBe('REDRIVEN')
  })

  test('of an action that its own transaction recorded is no second entry, also when Kafka has it twice', async () => {
    const made = setUp()
    const { ports, take, entries } = made
    await take(letterAt(0))
    const key = 'console:01M81XZHJW17YGZNRCM5X9JWX9'
    const handling: LetterHandling = { state: 'REDRIVEN', noteOffset: 1, by: 'lee', reason: 'mended', atMs: 0, key }
    await ports.transactions.run('', tx => ports.deadLetterRows.markHandled(tx, { partition: 0, offset: 0 }, handling))

    expect(await take(noteAt(1, { offset: 0, key }), noteAt(2, { offset: 0, key }))).toEqual({ listed: 0, noted: 0 })
    expect(entries).toEqual([])
  })

  test('about a letter that there is not, or that comes after it, is passed over', async () => {
    const made = setUp()

    expect(await made.take(noteAt(0, { offset: 9 }), letterAt(1), noteAt(2, { offset: 2 }))).toEqual({
      listed: 1,
      noted: 0,
    })
    expect(await stateOf(made, 1)).toBe('WAITING')
  })

  test('nothing of a batch stays when the audit log is away: it is delivered again', async () => {
    const made = setUp()
    made.ports.auditLog.append = () => Promise.reject(new Error('away'))

    await expect(made.take(letterAt(0), noteAt(1, { offset: 0 }))).rejects.toThrow('away')
    expect(await stateOf(made, 0)).toBeUndefined()
  })
})
