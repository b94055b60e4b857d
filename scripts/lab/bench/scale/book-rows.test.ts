/** Generated books by themselves: repeated by their seed, complete, and with what was asked to be left undone. */
import { describe, expect, test } from '@jest/globals'
import { paymentStatuses } from '../../../../shared/contracts/lists.ts'
import { createRandom } from '../../random.ts'
import { type BookMaker, createBookMaker, type PaymentBook, type UndoneWork } from './book-rows.ts'
import { policyOfDefaults } from './fill-books.ts'
import { drawLife } from './lives.ts'

const NOW_MS = Date.UTC(2026, 0, 31)
const DAY_MS = 24 * 60 * 60_000
const COUNT = 1_000

function booksOf(seed: number, undone: UndoneWork[] = []): PaymentBook[] {
  const random = createRandom(seed)
  const maker: BookMaker = createBookMaker({
    random,
    policy: policyOfDefaults(),
    nowMs: NOW_MS,
    undone: new Set(undone),
  })
  return Array.from({ length: COUNT }, (_, index) =>
    maker.write(drawLife(random), NOW_MS - 30 * DAY_MS + index * 43 * 60_000),
  )
}

const allOf = <Row>(books: PaymentBook[], rowsOf: (book: PaymentBook) => Row[]): Row[] => books.flatMap(rowsOf)

describe('generated books', () => {
  const books = booksOf(1)

  test('are the same for the same seed, and others for another', () => {
    expect(booksOf(1).slice(0, 100)).toEqual(books.slice(0, 100))
    expect(booksOf(2)[0]).not.toEqual(books[0])
  })

  test('have payments in every status but that of a payment whose authorization is pending', () => {
    const found = new Set(books.map(({ payment }) => payment.status))
    expect(paymentStatuses.filter(status => !found.has(status))).toEqual(['REQUESTED'])
  })

  test('no id and no key of a merchant comes twice', () => {
    const ids = [
      ...books.map(({ payment }) => payment.paymentId),
      ...allOf(books, ({ operations }) => operations.map(({ operationId }) => operationId)),
      ...allOf(books, ({ events }) => events.map(({ eventId }) => eventId)),
      ...allOf(books, ({ entries }) => entries.map(({ entryId }) => entryId)),
      ...allOf(books, ({ answers }) => answers.map(({ merchantId, key }) => `${merchantId} ${key}`)),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('nothing happened later than now, and no hold runs out in the next twelve hours', () => {
    const times = [
      ...allOf(books, ({ operations }) => operations.map(({ finishedAtMs }) => finishedAtMs!)),
      ...allOf(books, ({ events }) => events.map(({ createdAtMs }) => createdAtMs)),
    ]
    expect(Math.max(...times)).toBeLessThanOrEqual(NOW_MS)
    const held = books.filter(({ payment }) => ['AUTHORIZED', 'PARTIALLY_CAPTURED'].includes(payment.status))
    expect(held.length).toBeGreaterThan(0)
    expect(held.filter(({ payment }) => payment.captureBeforeMs! < NOW_MS + DAY_MS / 2)).toEqual([])
  })

  test('answers that would have been pruned are not there, unless pruning is left undone', () => {
    const oldest = (of: PaymentBook[]) =>
      Math.min(...allOf(of, ({ answers }) => answers.map(each => each.finishedAtMs!)))
    expect(oldest(books)).toBeGreaterThan(NOW_MS - 15 * DAY_MS)
    expect(oldest(booksOf(1, ['pruning']))).toBeLessThan(NOW_MS - 29 * DAY_MS)
  })

  test.each([
    [
      'publishing',
      (of: PaymentBook[]) => allOf(of, ({ events }) => events.filter(each => each.publishedAtMs === null)),
    ],
    [
      'expiries',
      (of: PaymentBook[]) =>
        of.filter(({ payment }) => payment.status === 'AUTHORIZED' && payment.captureBeforeMs! < NOW_MS - 2 * 60_000),
    ],
  ] as const)('%s is left undone when it is asked for', (work, left) => {
    expect(left(books)).toEqual([])
    expect(left(booksOf(1, [work])).length).toBeGreaterThan(0)
  })

  test('a fee is not booked where that is left undone, nor before its event is published', () => {
    const fees = (of: PaymentBook[]) => allOf(of, ({ entries }) => entries.filter(({ type }) => type === 'fee'))
    expect(fees(books).length).toBeGreaterThan(0)
    expect(fees(booksOf(1, ['fees']))).toEqual([])
    expect(fees(booksOf(1, ['publishing']))).toEqual([])
  })
})
