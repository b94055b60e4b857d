/** Buying, being declined and getting the money back, in a browser against the running system. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Locator } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { type ExtraApi, startExtraApi } from '../support/extra-api.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'
import {
  type Language,
  launchBrowser,
  operationCounts,
  paymentInApi,
  ShopTab,
  shopPaymentIds,
  untilPageSays,
} from './shop-driver.ts'

jest.setTimeout(90_000)

let browser: Browser
const tabs: ShopTab[] = []
const openShop = async (options: Parameters<typeof ShopTab.open>[1] = {}) => {
  const tab = await ShopTab.open(browser, options)
  tabs.push(tab)
  return tab
}

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  await Promise.all(tabs.splice(0).map(tab => tab.close()))
})
afterAll(async () => {
  await browser?.close()
})

/** The page says for two seconds alone that it copied: it is awaited from before the click. */
async function copy(card: Locator, button: string): Promise<void> {
  const copied = card.getByRole('status').filter({ hasText: '복사했어요' }).first()
  await Promise.all([copied.waitFor({ state: 'attached' }), card.getByRole('button', { name: button }).click()])
}

describe('buying', () => {
  test('unit price, colour, quantity and total follow the choice', async () => {
    const shop = await openShop()
    await shop.choose('Galaxy S25 Ultra')
    await shop.choose('티타늄 화이트실버')
    await shop.page.getByRole('button', { name: '수량 늘리기' }).click()
    await shop.page.getByRole('button', { name: '수량 늘리기' }).click()
    expect(await shop.page.locator('.sum').textContent()).toMatch(
      /Galaxy S25 Ultra[\s\S]*티타늄 화이트실버[\s\S]*3대[\s\S]*₩1,698,400/,
    )
    expect(await shop.page.locator('.total').textContent()).toContain('₩5,095,200')
    expect(await shop.page.getByRole('img').getAttribute('aria-label')).toContain('티타늄 화이트실버')
  })

  test('the picture changes its colours with the chosen finish', async () => {
    const shop = await openShop()
    const picture = () => shop.page.getByRole('img').innerHTML()
    const desert = await picture()
    await shop.choose('블랙 티타늄')
    expect(await picture()).not.toBe(desert)
    await shop.choose('데저트 티타늄')
    expect(await picture()).toBe(desert)
  })

  test('the quantity stays between 1 and 5', async () => {
    const shop = await openShop()
    const quantity = shop.page.getByRole('spinbutton', { name: '수량' })
    const more = shop.page.getByRole('button', { name: '수량 늘리기' })
    expect(await shop.page.getByRole('button', { name: '수량 줄이기' }).isDisabled()).toBe(true)
    await quantity.fill('5')
    expect(await more.isDisabled()).toBe(true)
    await quantity.fill('')
    await quantity.pressSequentially('12')
    expect(await quantity.inputValue()).toBe('12')
    expect(await quantity.getAttribute('aria-invalid')).toBe('true')
    await quantity.press('Backspace')
    expect(await quantity.inputValue()).toBe('1')
    expect(await quantity.getAttribute('aria-invalid')).toBe('false')
    await quantity.fill('2.5')
    await shop.pay()
    await untilPageSays(shop.page, 'document.activeElement.type', 'number')
    expect(await shop.page.locator('.choice-wrong').textContent()).toMatch(/1부터 5까지/)
    expect(shop.sent('authorize')).toHaveLength(0)
  })

  test('capture, fee and then refund entries arrive, and the books agree with the page', async () => {
    const shop = await openShop()
    await shop.pay()
    await shop.waitForPaid()
    await shop.entry('capture').waitFor()
    await shop.entry('fee').waitFor({ timeout: 30_000 })
    await shop.waitForFollowed()
    expect(await shop.entry('fee').textContent()).toMatch(
      /₩38,750[\s\S]*merchant_payable:moonlight-mobile[\s\S]*fee_revenue/,
    )
    expect(await shop.page.locator('[data-event][data-published="true"]').count()).toBe(2)

    await shop.refund()
    await shop.heading(shop.words.refunded).waitFor()
    await shop.entry('refund').waitFor({ timeout: 30_000 })
    await shop.waitForFollowed()
    await shop.page.locator('[data-event="payment.refunded"][data-published="true"]').waitFor()

    const payment = await paymentInApi(await shop.paymentId())
    expect(payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 1_550_000, refundedAmount: 1_550_000 })
    expect(payment.ledgerEntries.map(entry => entry.type).sort()).toEqual(['capture', 'fee', 'refund'])
    expect(await operationCounts(payment.paymentId)).toEqual({ authorize: 1, capture: 1, refund: 1 })
    expect(new Set([...shop.keysOf('authorize'), ...shop.keysOf('refund')]).size).toBe(2)
  })

  test('every answer is shown, copied byte for byte, and the button offers to copy again', async () => {
    const shop = await openShop()
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.page.getByRole('button', { name: /매입하기/ }).click()
    await shop.waitForPaid()
    for (const [name, operation] of [
      ['승인', 'authorize'],
      ['매입', 'capture'],
    ] as const) {
      const response = await shop.sent(operation)[0]?.response()
      const body = (await response?.text()) ?? ''
      const card = shop.page.locator(`[data-answer="${operation}"]`)
      expect(JSON.parse((await card.locator('pre').textContent()) ?? '')).toEqual(JSON.parse(body))
      await copy(card, `${name} JSON 복사`)
      expect(await shop.page.evaluate('navigator.clipboard.readText()')).toBe(body)
      await card.getByText('JSON 복사', { exact: true }).waitFor()
    }
  })

  test('the copied curl gets the same bytes again, as a replay', async () => {
    const shop = await openShop()
    await shop.pay()
    await shop.waitForPaid()
    const card = shop.page.locator('[data-answer="authorize"]')
    await copy(card, '승인 curl 복사')
    const curl: string = await shop.page.evaluate('navigator.clipboard.readText()')
    const [, url] = /'(http[^']+)'/.exec(curl) ?? []
    const [, body] = /-d '([^']+)'/.exec(curl) ?? []
    const again = await fetch(url ?? '', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await again.text()).toBe(await (await shop.sent('authorize')[0]?.response())?.text())
  })
})

describe('one purchase, whatever the buyer does', () => {
  test('a double click pays once', async () => {
    const shop = await openShop()
    const before = await shopPaymentIds()
    await shop.payButton.dblclick()
    await shop.waitForPaid()
    const bought = (await shopPaymentIds()).filter(id => !before.includes(id))
    expect(bought).toEqual([await shop.paymentId()])
    expect(shop.sent('authorize')).toHaveLength(1)
    expect(await operationCounts(bought[0] ?? '')).toEqual({ authorize: 1, capture: 1 })
  })

  test('a double click refunds once', async () => {
    const shop = await openShop()
    await shop.pay()
    await shop.waitForPaid()
    await shop.page.getByRole('button', { name: shop.words.refund }).dblclick()
    await shop.heading(shop.words.refunded).waitFor()
    expect(shop.sent('refund')).toHaveLength(1)
    expect(await operationCounts(await shop.paymentId())).toEqual({ authorize: 1, capture: 1, refund: 1 })
  })

  test('a finished purchase survives a reload, and the next one has other keys', async () => {
    const shop = await openShop()
    await shop.pay()
    await shop.waitForPaid()
    const first = await shop.paymentId()
    await shop.page.reload()
    await shop.waitForPaid()
    expect(await shop.paymentId()).toBe(first)
    expect(shop.sent('authorize')).toHaveLength(1)

    await shop.page.getByRole('link', { name: shop.words.again }).click()
    await shop.pay()
    await shop.waitForPaid()
    expect(await shop.paymentId()).not.toBe(first)
    expect(new Set(shop.keysOf('authorize')).size).toBe(2)
  })
})

describe('what a card company may say', () => {
  test.each<Language>(['ko', 'en'])(
    '%s: a decline says why, charges nothing and lets another card pay',
    async language => {
      const shop = await openShop({ language })
      await shop.choose(shop.words.decliningCard)
      await shop.pay()
      await shop.heading(shop.words.declined).waitFor()
      const panel = shop.page.getByRole('alert')
      expect(await panel.textContent()).toMatch(language === 'ko' ? /잔액이 부족해요/ : /not enough money/)
      expect(await panel.textContent()).toContain(
        (await (await shop.sent('authorize')[0]?.response())?.headerValue('x-request-id')) ?? '?',
      )
      expect(new URL(shop.page.url()).pathname).toBe('/')

      await shop.page.locator('label.card').first().click()
      await shop.pay()
      await shop.waitForPaid()
      expect(new Set(shop.keysOf('authorize')).size).toBe(2)
    },
  )

  test('a slow answer is explained, and the button waits with it', async () => {
    const shop = await openShop()
    await shop.choose(shop.words.slowCard)
    const answer = await shop.holdAnswer('authorize')
    await shop.pay()
    await shop.page.getByText(shop.words.slow).waitFor()
    const button = shop.page.locator('.button-pay')
    expect(await button.isDisabled()).toBe(true)
    expect(await button.getAttribute('aria-busy')).toBe('true')
    answer.release()
    await shop.waitForPaid()
    expect(shop.sent('authorize')).toHaveLength(1)
  })
})

describe('a hold', () => {
  test('is captured in parts, the rest released, and refunded in parts, with a key for each', async () => {
    const shop = await openShop()
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.page.locator('.time-left').filter({ hasText: '매입 기한까지 6일 23시간' }).waitFor()

    await shop.page.getByLabel('매입할 금액').fill('550000')
    await shop.page.getByRole('checkbox', { name: /나머지 ₩1,000,000/ }).check()
    await shop.page.getByRole('button', { name: '₩550,000 매입하기' }).click()
    await shop.heading('일부 금액을 매입했어요').waitFor()
    await shop.page.getByLabel('매입할 금액').fill('100000')
    await shop.page.getByRole('button', { name: '₩100,000 매입하기' }).click()
    await shop.waitForPaid()

    await shop.page.getByLabel('환불할 금액').fill('650001')
    await shop.page.getByRole('button', { name: /환불하기/ }).click()
    expect(shop.sent('refund')).toHaveLength(0)
    await shop.page.getByLabel('환불할 금액').fill('50000')
    await shop.page.getByLabel('환불 사유').fill(' 케이스 흠집 ')
    await shop.page.getByRole('button', { name: '₩50,000 환불하기' }).click()
    await shop.heading('일부 금액을 환불했어요').waitFor()
    expect(shop.sent('refund')[0]?.postDataJSON()).toEqual({ amount: 50_000, reason: '케이스 흠집' })
    await shop.page.locator('[data-operation="refund"]').filter({ hasText: '사유: 케이스 흠집' }).waitFor()
    await shop.page.getByRole('button', { name: '₩600,000 환불하기' }).click()
    await shop.heading(shop.words.refunded).waitFor()
    await shop.waitForFollowed()

    const payment = await paymentInApi(await shop.paymentId())
    expect(payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 650_000, refundedAmount: 650_000 })
    expect(await operationCounts(payment.paymentId)).toEqual({ authorize: 1, capture: 2, refund: 2 })
    expect(new Set([...shop.keysOf('capture'), ...shop.keysOf('refund')]).size).toBe(4)
    await until(async () => (await shop.page.locator('[data-operation]').count()) === 5, { what: 'all operations' })
  })

  test('is let go by a void', async () => {
    const shop = await openShop({ language: 'en' })
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await shop.page.getByRole('button', { name: 'Void the authorization' }).click()
    await shop.heading('The authorization is voided').waitFor()
    await shop.waitForFollowed()
    expect(await paymentInApi(await shop.paymentId())).toMatchObject({ status: 'VOIDED', capturedAmount: 0 })
  })
})

/** With a database of its own, so that no hold of another test runs out, and without the bank, whose clock it would move. */
describe('the sandbox clock', () => {
  let scratch: ScratchDatabase
  let own: ExtraApi
  beforeAll(async () => {
    scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'shop_clock')
    const env = { DATABASE_URL: scratch.url, ACQUIRER_URL: 'in-process:', BANK_URL: 'none' }
    own = await startExtraApi({ name: 'shop-clock', env })
  })
  afterAll(async () => {
    await own?.stop()
    await scratch?.drop()
  })

  test('is moved to the end of a hold, which is seen to expire, and time left is counted by it', async () => {
    const shop = await openShop({ apiUrl: own.api.url })
    const timeLeft = (text: string) => shop.page.locator('.time-left').filter({ hasText: text }).waitFor()
    await shop.choose(shop.words.later)
    await shop.pay()
    await shop.heading(shop.words.held).waitFor()
    await timeLeft('매입 기한까지 6일 23시간')
    await shop.page.getByText('샌드박스: 시계 앞당기기').click()
    await shop.page.getByRole('button', { name: '+1일' }).click()
    await timeLeft('매입 기한까지 5일 23시간')
    await shop.page.reload()
    await timeLeft('매입 기한까지 5일 23시간')

    await shop.page.getByText('샌드박스: 시계 앞당기기').click()
    await shop.page.getByRole('button', { name: '매입 기한까지' }).click()
    await shop.heading('승인이 만료됐어요').waitFor()
    await shop.page.getByText('만료된 승인: 1건').waitFor()
    await shop.page.locator('[data-operation="expire"][data-state="SUCCEEDED"]').waitFor()
    expect(await shop.page.getByRole('button', { name: /매입하기/ }).count()).toBe(0)
    expect(await shop.page.locator('.receipt-amounts').textContent()).toMatch(/해제된 금액-₩1,550,000실제 낸 금액₩0/)
  })

  test('is not offered by an API that is no sandbox', async () => {
    const shop = await openShop()
    const asked = shop.page.waitForResponse(/\/sandbox\/clock$/)
    const body = JSON.stringify({ code: 'NOT_FOUND', message: '', requestId: 'req_1', details: {} })
    await shop.page.route('**/sandbox/clock', route =>
      route.fulfill({ status: 404, contentType: 'application/json', body }),
    )
    await shop.choose(shop.words.later)
    await shop.pay()
    await asked
    await shop.page
      .locator('.time-left')
      .filter({ hasText: /매입 기한까지 \d+일 \d+시간/ })
      .waitFor()
    expect(await shop.page.getByText('샌드박스: 시계 앞당기기').count()).toBe(0)
  })
})
