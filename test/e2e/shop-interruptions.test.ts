/** Reloads, lost answers and an API that is away: never a second payment, never a lost one. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { launchBrowser, type Mutation, operationCounts, ShopTab } from './shop-driver.ts'

jest.setTimeout(90_000)

let browser: Browser
let shop: ShopTab

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  await shop?.close()
})
afterAll(async () => {
  await browser?.close()
})

/** Waits until the page has sent `count` requests of this kind. */
const sent = (operation: Mutation, count: number) =>
  until(() => shop.sent(operation).length >= count, { what: `${count} ${operation} requests` })

describe('a reload in the middle', () => {
  test('while the authorization is on its way: the same key is sent again', async () => {
    shop = await ShopTab.open(browser)
    await shop.holdFirstRequest('authorize')
    await shop.pay()
    await sent('authorize', 1)
    await shop.page.reload()
    await shop.waitForPaid()
    expect(shop.sent('authorize')).toHaveLength(2)
    expect(new Set(shop.keysOf('authorize')).size).toBe(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1 })
  })

  test('after the API approved but before its answer came: the stored answer is replayed', async () => {
    shop = await ShopTab.open(browser)
    let approvedPaymentId: unknown
    await shop.page.route(
      '**/payments/authorize',
      async route => {
        const answer = await route.fetch()
        approvedPaymentId = (await answer.json()).paymentId
        await route.abort('connectionreset').catch(() => {})
      },
      { times: 1 },
    )
    await shop.pay()
    await until(() => approvedPaymentId, { what: 'the approval' })
    await shop.page.reload()
    await shop.waitForPaid()
    expect(await shop.paymentId()).toBe(approvedPaymentId)
    expect(new Set(shop.keysOf('authorize')).size).toBe(1)
  })

  test('during a capture: one capture', async () => {
    shop = await ShopTab.open(browser)
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.holdFirstRequest('capture')
    await shop.page.getByRole('button', { name: /매입하기/ }).click()
    await sent('capture', 1)
    await shop.page.reload()
    await shop.waitForPaid()
    expect(shop.sent('authorize')).toHaveLength(1)
    expect(new Set(shop.keysOf('capture')).size).toBe(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1 })
  })

  test('during a refund: one refund', async () => {
    shop = await ShopTab.open(browser)
    await shop.pay()
    await shop.waitForPaid()
    await shop.holdFirstRequest('refund')
    await shop.refund()
    await sent('refund', 1)
    await shop.page.reload()
    await shop.heading(shop.words.refunded).waitFor()
    expect(new Set(shop.keysOf('refund')).size).toBe(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1, refund: 1 })
  })
})

describe('a lost answer', () => {
  test('of each operation is asked for again with the same key, and carried out once', async () => {
    shop = await ShopTab.open(browser)
    for (const operation of ['authorize', 'capture', 'refund'] as const) await shop.loseFirstAnswer(operation)
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.page.getByRole('button', { name: /매입하기/ }).click()
    await shop.waitForPaid()
    await shop.refund()
    await shop.heading(shop.words.refunded).waitFor()
    for (const operation of ['authorize', 'capture', 'refund'] as const) {
      expect([operation, shop.sent(operation).length]).toEqual([operation, 2])
      expect([operation, new Set(shop.keysOf(operation)).size]).toEqual([operation, 1])
    }
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1, refund: 1 })
  })
})

describe('an API that is away', () => {
  test('is said so, the outcome is called unknown, and checking now finishes the same purchase', async () => {
    shop = await ShopTab.open(browser, { ownContext: true })
    await shop.cutOff()
    await shop.choose('Xiaomi 14T Pro')
    await shop.pay()
    await shop.outwaitPatience()
    expect(await shop.page.locator('.button-pay').isDisabled()).toBe(true)
    expect(await shop.page.locator('label.model input').first().isDisabled()).toBe(true)

    await shop.reconnect()
    await shop.page.getByRole('button', { name: shop.words.checkAgain, exact: true }).click()
    await shop.waitForPaid()
    expect(new Set(shop.keysOf('authorize')).size).toBe(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1 })
    await shop.page.clock.fastForward(20_000)
    await shop.page.getByText(shop.words.down).waitFor({ state: 'detached' })
  })

  test('the purchase goes on by itself once the connection is back', async () => {
    shop = await ShopTab.open(browser, { ownContext: true })
    await shop.cutOff()
    await shop.pay()
    await shop.outwaitPatience()
    await shop.reconnect()
    await shop.page.evaluate("dispatchEvent(new Event('online'))")
    await shop.waitForPaid()
    expect(new Set(shop.keysOf('authorize')).size).toBe(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1 })
  })

  test('an unknown outcome and a key in progress are waited out, not taken for a refusal', async () => {
    shop = await ShopTab.open(browser)
    const answers = [
      { status: 503, code: 'OUTCOME_UNKNOWN', details: {} },
      { status: 409, code: 'DUPLICATE_REQUEST', details: { reason: 'in_progress' } },
    ]
    const seen = Promise.withResolvers<void>()
    await shop.page.route('**/payments/authorize', async route => {
      const answer = answers.shift()
      // Each further answer ends what the page says of the first one.
      if (answer?.code !== 'OUTCOME_UNKNOWN') await seen.promise
      if (!answer) return route.continue()
      const { status, ...body } = answer
      return route.fulfill({
        status,
        headers: { 'retry-after': '1', 'content-type': 'application/json' },
        json: { ...body, message: '', requestId: 'req_test' },
      })
    })
    await shop.pay()
    await shop.heading(shop.words.unknown).waitFor()
    expect(await shop.page.locator('.panel-warning').textContent()).toMatch(/두 번 결제되지 않아요/)
    seen.resolve()
    await shop.waitForPaid()
    expect(shop.sent('authorize')).toHaveLength(3)
    expect(new Set(shop.keysOf('authorize')).size).toBe(1)
  })

  test('the trail says what is known, not that more is awaited', async () => {
    shop = await ShopTab.open(browser)
    await shop.page.route('**/payments/pay_*', route => route.abort('connectionrefused'))
    await shop.pay()
    await shop.waitForPaid()
    await shop.page.getByText(/마지막으로 확인한 내용만/).waitFor()
    expect(await shop.page.locator('[data-stop="capture"]').textContent()).toContain('잡아 둔 금액을 매입했어요')
    expect(await shop.page.locator('[data-stop="kafka"]').textContent()).toContain('확인되지 않음')
    await shop.page.unrouteAll()
    await shop.waitForFollowed()
  })
})

describe('a tab that closes', () => {
  test('loses no order: its address, the list, back and reload all show it', async () => {
    shop = await ShopTab.open(browser)
    await shop.choose('Xiaomi 14T Pro')
    await shop.pay()
    await shop.waitForPaid()
    const [paymentId, path] = [await shop.paymentId(), await shop.orderPath()]
    expect(new URL(shop.page.url()).pathname).toBe(path)
    await shop.close()

    shop = await ShopTab.open(browser)
    await shop.page.getByRole('link', { name: '주문 내역' }).click()
    await shop.page.locator(`[data-order="${paymentId}"]`).getByRole('link').click()
    await shop.waitForPaid()
    expect(await shop.page.locator('.receipt').textContent()).toContain('Xiaomi 14T Pro')
    await shop.page.goBack()
    await shop.heading('주문 내역').waitFor()
    await shop.page.goForward()
    await shop.page.reload()
    await shop.waitForPaid()
    expect(await shop.paymentId()).toBe(paymentId)
  })

  test('in the middle of an authorization: the next tab goes on with the same key', async () => {
    shop = await ShopTab.open(browser, { ownContext: true })
    const context = shop.page.context()
    await context.route('**/payments/authorize', () => {}, { times: 1 })
    await shop.pay()
    await sent('authorize', 1)
    const key = shop.keysOf('authorize')[0]
    const next = await context.newPage()
    await shop.close()
    const [request] = await Promise.all([
      next.waitForRequest('**/payments/authorize'),
      next.goto(new URL('/orders?lang=ko', shop.page.url()).href),
    ])
    expect(request.postDataJSON().idempotencyKey).toBe(key)
    await next.getByText('매입 완료').waitFor()
    const paymentId = (await next.locator('[data-order]').getAttribute('data-order')) ?? ''
    expect(await operationCounts(paymentId)).toEqual({ authorize: 1, capture: 1 })
  })
})

describe('an address that leads nowhere', () => {
  test.each([
    ['/nope', '찾을 수 없는 페이지예요'],
    ['/orders/pay_00000000000000000000000000', '찾을 수 없는 주문이에요'],
  ])('%s says so', async (path, title) => {
    shop = await ShopTab.open(browser)
    await shop.visit(path)
    await shop.heading(title).waitFor()
    await shop.page.getByRole('link', { name: '상점으로 가기' }).click()
    await shop.payButton.waitFor()
  })
})
