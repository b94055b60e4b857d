/** The job of daily funds tells what it has calculated, and nothing else. */
import { expect, test } from '@jest/globals'
import { FakeFundsBooks } from '../../shared/books/fake-books.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './daily-funds.ts'

test('a day that has ended is calculated once, and told', async () => {
  const ports = { ...createHandlerPorts(), fundsBooks: new FakeFundsBooks() }
  ports.fundsBooks.owed = [{ merchantId: 'shop', currency: 'KRW', payableMinor: 5n, closedMinor: 0n }]
  expect(await createHandler(ports)()).toEqual({ calculated: 1, corrected: 0 })
  expect(await createHandler(ports)()).toEqual({ calculated: 0, corrected: 0 })
  expect(ports.log.lines).toEqual([
    { level: 'info', fields: { calculated: 1, corrected: 0 }, message: 'calculated the funds of days' },
  ])
})
