/** The contract of the dead letters' rows: written once, replaced by another letter in their place, listed newest first, and locked. */
import { describe, expect, test } from '@jest/globals'
import type { LetterHandling, NewLetter, Transaction } from '../../shared/payments/ports.ts'
import { NOW_MS } from '../support/rows.ts'
import { inTheMiddleOf, type OpenPorts, type PortsUnderTest } from './ports-under-test.ts'

const NOT_TEXT = Buffer.from([0xff, 0x00, 0xfe])

const letterAt = (offset: number, given: Partial<NewLetter> = {}): NewLetter => ({
  partition: 0,
  offset,
  record: Buffer.from(`letter ${offset}`),
  error: '금액이 맞지 않음 😀',
  failedAtMs: NOW_MS,
  origin: { topic: 'payment.captured', partition: 3, offset: 5_000_000_000 },
  paymentId: `pay_${'0'.repeat(26)}`,
  bytes: { key: Buffer.from('pay_1'), value: NOT_TEXT, headers: [['이름', NOT_TEXT] as const] },
  ...given,
})

const redriven: LetterHandling = {
  state: 'REDRIVEN',
  noteOffset: 6_000_000_000,
  by: '김',
  reason: '고친 뒤 다시 보냄 📮',
  atMs: NOW_MS + 1,
  key: 'console:01M81XZHJW17YGZNRCM5X9JWX9',
}

const inOne = <T>({ separate }: PortsUnderTest, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  separate.run('letters', work)

async function lettersOf(open: OpenPorts, ...letters: NewLetter[]) {
  const ports = await open()
  for (const letter of letters) await inOne(ports, tx => ports.deadLetterRows.put(tx, letter))
  return ports
}

const offsetsOf = async (ports: PortsUnderTest, query: Parameters<typeof ports.deadLetterRows.list>[0]) =>
  (await ports.deadLetterRows.list(query)).map(({ offset }) => offset)

export function describeDeadLetters(name: string, open: OpenPorts): void {
  describe(`dead letters of ${name}`, () => {
    test('are found as they were written, with their very bytes', async () => {
      const { record: _, bytes, ...fields } = letterAt(7)
      const { deadLetterRows } = await lettersOf(open, letterAt(7))
      const listed = { ...fields, state: 'WAITING', valueBytes: 3, handling: null }

      expect(await deadLetterRows.find({ partition: 0, offset: 7 })).toEqual({ ...listed, bytes })
      expect(await deadLetterRows.list({ limit: 10 })).toEqual([listed])
      expect(await deadLetterRows.find({ partition: 1, offset: 7 })).toBeUndefined()
    })

    test('without key, value and origin are not the same as with empty ones', async () => {
      const nothing = { key: null, value: null, headers: [] }
      const empty = { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] }
      const unreadable = { origin: null, paymentId: null, failedAtMs: null, record: null }
      const ports = await lettersOf(open, letterAt(1, { ...unreadable, bytes: nothing }), letterAt(2, { bytes: empty }))

      expect(await ports.deadLetterRows.find({ partition: 0, offset: 1 })).toMatchObject({
        ...{ origin: null, paymentId: null, failedAtMs: null },
        ...{ valueBytes: null, bytes: nothing },
      })
      expect(await ports.deadLetterRows.find({ partition: 0, offset: 2 })).toMatchObject({
        ...{ valueBytes: 0, bytes: empty },
      })
    })

    test('that come once more change nothing, and another in the place of one replaces it', async () => {
      const ports = await lettersOf(open, letterAt(7))
      const { deadLetterRows } = ports
      const place = { partition: 0, offset: 7 }
      await inOne(ports, tx => deadLetterRows.markHandled(tx, place, redriven))

      expect(await inOne(ports, tx => deadLetterRows.put(tx, letterAt(7, { error: 'the same record' })))).toBe(false)
      expect(await deadLetterRows.find(place)).toMatchObject({ state: 'REDRIVEN', error: letterAt(7).error })
      const other = letterAt(7, { record: Buffer.from('another'), error: 'other' })
      expect(await inOne(ports, tx => deadLetterRows.put(tx, other))).toBe(true)
      expect(await deadLetterRows.find(place)).toMatchObject({ state: 'WAITING', error: 'other', handling: null })
    })

    test('that were handled say by whom, why and when', async () => {
      const ports = await lettersOf(open, letterAt(7))
      const place = { partition: 0, offset: 7 }
      await inOne(ports, tx => ports.deadLetterRows.markHandled(tx, place, redriven))

      expect(await ports.deadLetterRows.find(place)).toMatchObject({ state: 'REDRIVEN', handling: redriven })
    })

    test('are listed newest first, by state, page by page, and counted while they wait', async () => {
      const ports = await lettersOf(open, ...[1, 2, 3, 4, 5].map(offset => letterAt(offset)))
      await lettersBehind(ports)
      await inOne(ports, tx => ports.deadLetterRows.markHandled(tx, { partition: 0, offset: 3 }, redriven))

      expect(await offsetsOf(ports, { limit: 10 })).toEqual([5, 4, 4, 3, 2, 1])
      expect(await offsetsOf(ports, { limit: 2, before: { partition: 1, offset: 4 } })).toEqual([4, 3])
      expect(await offsetsOf(ports, { limit: 10, state: 'WAITING' })).toEqual([5, 4, 4, 2, 1])
      expect(await offsetsOf(ports, { limit: 2, state: 'WAITING', before: { partition: 0, offset: 4 } })).toEqual([
        2, 1,
      ])
      expect(await offsetsOf(ports, { limit: 10, state: 'REDRIVEN' })).toEqual([3])
      expect(await offsetsOf(ports, { limit: 10, state: 'PUT_ASIDE' })).toEqual([])
      expect(await ports.deadLetterRows.countWaiting(10)).toBe(5)
      expect(await ports.deadLetterRows.countWaiting(4)).toBe(4)
    })

    // Two operators at once: the second one sees what the first one did.
    test('are locked by one at a time', async () => {
      const ports = await lettersOf(open, letterAt(7))
      const { deadLetterRows } = ports
      const place = { partition: 0, offset: 7 }
      let second: ReturnType<typeof deadLetterRows.lock> | undefined
      const handle = async (tx: Transaction) => {
        await deadLetterRows.lock(tx, place)
        await deadLetterRows.markHandled(tx, place, redriven)
      }
      await inTheMiddleOf(ports, handle, async () => {
        second = inOne(ports, tx => deadLetterRows.lock(tx, place))
      })
      expect(await second).toMatchObject({ state: 'REDRIVEN' })
    })
  })
}

/** One of another partition. */
const lettersBehind = (ports: PortsUnderTest) =>
  inOne(ports, tx => ports.deadLetterRows.put(tx, letterAt(4, { partition: 1 })))
