/** Reloads, lost answers and an API that is away: never a second payment, never a lost one. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { launchBrowser, operationCounts, ShopTab } from './shop-driver.ts'

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
const sent = (operation: 'authorize' | 'capture' | 'refund', count: number) =>
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

  test('between approval and capture: one authorization, one capture', async () => {
    shop = await ShopTab.open(browser)
    await shop.holdFirstRequest('capture')
    await shop.pay()
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
    await shop.pay()
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
  test('is said so, patience ends kindly, and checking again finishes the same purchase', async () => {
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

  test('an unknown outcome and a key in progress are waited out, not taken for a refusal', async () => {
    shop = await ShopTab.open(browser)
    const answers = [
      { status: 503, code: 'OUTCOME_UNKNOWN', details: {} },
      { status: 409, code: 'DUPLICATE_REQUEST', details: { reason: 'in_progress' } },
    ]
    await shop.page.route('**/payments/capture/**', route => {
      const answer = answers.shift()
      if (!answer) return route.continue()
      const { status, ...body } = answer
      return route.fulfill({
        status,
        headers: { 'retry-after': '1', 'content-type': 'application/json' },
        json: { ...body, message: '', requestId: 'req_test' },
      })
    })
    await shop.pay()
    await shop.waitForPaid()
    expect(shop.sent('capture')).toHaveLength(3)
    expect(new Set(shop.keysOf('capture')).size).toBe(1)
  })

  test('records that do not come are called late, not lost', async () => {
    shop = await ShopTab.open(browser)
    await shop.pay()
    await shop.waitForPaid()
    await shop.page.route('**/payments/pay_*', route => route.abort('connectionrefused'))
    await shop.page.reload()
    await shop.page.getByText(/지금은 기록을 불러올 수 없어요/).waitFor()
    await shop.page.unrouteAll()
    await shop.waitForFollowed()
  })
})
