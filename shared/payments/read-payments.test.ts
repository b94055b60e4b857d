/** Reading payments: one, its operations, and page after page. */
import { describe, expect, test } from '@jest/globals'
import { paymentDetailView } from '../contracts/routes/get-payment.ts'
import { operationListView } from '../contracts/routes/list-operations.ts'
import { paymentListView } from '../contracts/routes/list-payments.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts, type FakePorts } from './fakes.ts'
import { listPayments, paymentIdOfCursor, readOperations, readPayment } from './read-payments.ts'

const NO_SUCH_PAYMENT = 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

async function withPayments(count: number) {
  const ports = createFakePorts()
  const paymentIds: string[] = []
  for (let number = 0; number < count; number++) {
    const request = authorizeRequestOf({ merchantId: number % 2 === 0 ? 'even' : 'odd' })
    const outcome = await authorizePayment(ports, request, claimOf(`key-${number}`, request), caller)
    paymentIds.push(bodyIn(outcome).paymentId)
  }
  return { ports, paymentIds, newestFirst: paymentIds.toReversed() }
}

/** Every page from the first, each found by the cursor of the one before. */
async function pagesOf(ports: FakePorts, limit: number, merchantId?: string) {
  const pages: string[][] = []
  let beforePaymentId: string | undefined
  do {
    const page = paymentListView.parse(await listPayments(ports, { limit, merchantId, beforePaymentId }, 'en'))
    pages.push(page.items.map(item => item.paymentId))
    beforePaymentId = page.nextCursor === null ? undefined : paymentIdOfCursor(page.nextCursor)
  } while (beforePaymentId !== undefined && pages.length < 20)
  return pages
}

describe('readPayment', () => {
  test('shows the payment with its entries and events', async () => {
    const { ports, paymentIds } = await withPayments(1)
    await capturePayment(ports, paymentIds[0]!, {}, undefined, caller)

    const view = await readPayment(ports, paymentIds[0]!, 'ko')

    expect(paymentDetailView.parse(view)).toEqual(view)
    expect(view).toMatchObject({
      status: 'COMPLETED',
      message: '매입이 완료되었습니다.',
      ledgerEntries: [{ type: 'capture' }],
      events: [
        { type: 'payment.authorized', sequence: 1, publishedAt: null },
        { type: 'payment.captured', sequence: 2, publishedAt: null },
      ],
    })
  })

  test('is undefined when there is none', async () => {
    expect(await readPayment(createFakePorts(), NO_SUCH_PAYMENT, 'en')).toBeUndefined()
  })
})

describe('readOperations', () => {
  test('shows every operation, oldest first', async () => {
    const { ports, paymentIds } = await withPayments(1)
    await capturePayment(ports, paymentIds[0]!, {}, undefined, caller)

    const view = await readOperations(ports.reader, paymentIds[0]!)

    expect(operationListView.parse(view)).toEqual(view)
    expect(view?.operations.map(({ kind, state }) => [kind, state])).toEqual([
      ['authorize', 'SUCCEEDED'],
      ['capture', 'SUCCEEDED'],
    ])
  })

  test('is undefined when there is no payment', async () => {
    expect(await readOperations(createFakePorts().reader, NO_SUCH_PAYMENT)).toBeUndefined()
  })
})

describe('listPayments', () => {
  test('pages come newest first, without gap or overlap, and the last has no cursor', async () => {
    const { ports, newestFirst } = await withPayments(5)

    expect(await pagesOf(ports, 2)).toEqual([newestFirst.slice(0, 2), newestFirst.slice(2, 4), newestFirst.slice(4)])
  })

  test('a page that is exactly full has no cursor when nothing follows', async () => {
    const { ports, newestFirst } = await withPayments(4)

    expect(await pagesOf(ports, 2)).toEqual([newestFirst.slice(0, 2), newestFirst.slice(2)])
  })

  test('without payments there is one empty page', async () => {
    expect(await pagesOf(createFakePorts(), 20)).toEqual([[]])
  })

  test('one merchant sees its own only', async () => {
    const { ports, newestFirst } = await withPayments(5)

    expect((await pagesOf(ports, 1, 'odd')).flat()).toEqual([newestFirst[1], newestFirst[3]])
  })

  test('a payment made between two pages moves nothing', async () => {
    const { ports, newestFirst } = await withPayments(3)
    const first = await listPayments(ports, { limit: 2 }, 'en')
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-new'), caller)

    const second = await listPayments(ports, { limit: 2, beforePaymentId: paymentIdOfCursor(first.nextCursor!) }, 'en')

    expect(second.items.map(item => item.paymentId)).toEqual([newestFirst[2]])
  })
})

describe('paymentIdOfCursor', () => {
  const cursorOf = (text: string) => Buffer.from(text).toString('base64url')

  test('gives back the payment id', () => {
    expect(paymentIdOfCursor(cursorOf(NO_SUCH_PAYMENT))).toBe(NO_SUCH_PAYMENT)
  })

  test.each([
    '',
    'abc',
    cursorOf('pay_1'),
    cursorOf("pay_' OR 1=1 --              "),
    cursorOf(NO_SUCH_PAYMENT.toLowerCase()),
    `${cursorOf(NO_SUCH_PAYMENT)}=`,
    `${cursorOf(NO_SUCH_PAYMENT)}!`,
    Buffer.from(`${NO_SUCH_PAYMENT}\n`).toString('base64url'),
  ])('%p is not one of ours', cursor => {
    expect(paymentIdOfCursor(cursor)).toBeUndefined()
  })
})
