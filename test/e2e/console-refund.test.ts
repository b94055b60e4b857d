/** The console's first task in a browser: a refund for a payment whose tab was closed, and everything that can come in between. */
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Locator, Page, Request } from 'playwright-core'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from '../support/http.ts'
import { authorized, captured } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, openSearch, untilClosed } from './console-driver.ts'
import { type Language, ShopTab } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)

const words = {
  ko: {
    payment: '결제',
    refund: '환불…',
    amount: '환불할 금액',
    reason: '사유',
    done: '처리되었습니다',
    willBeSent: '보낼 요청',
    wasSent: '보낸 요청',
    close: '닫기',
    refunded: '환불 금액',
    by: '운영자',
  },
  en: {
    payment: 'Payment',
    refund: 'Refund…',
    amount: 'Amount to refund',
    reason: 'Reason',
    done: 'Done',
    willBeSent: 'Request that will be sent',
    wasSent: 'Request that was sent',
    close: 'Close',
    refunded: 'Refunded',
    by: 'Operator',
  },
} as const

let driver: ConsoleDriver
let context: BrowserContext
let page: Page
beforeAll(async () => {
  driver = await ConsoleDriver.open('refunds', ['operator', 'viewer'])
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

const signIn = (role: OperatorRole, path?: string, language?: Language) => driver.signIn(page, path, language, role)

const hasFocus = async (target: Locator): Promise<boolean> => (await target.and(page.locator(':focus')).count()) === 1
const untilFocusOn = (target: Locator) =>
  until(() => hasFocus(target), { what: `the focus on ${target}`, intervalMs: 20 })

/** Whoever has no mouse presses Tab until they are there. */
async function tabTo(target: Locator): Promise<void> {
  await target.waitFor()
  for (let presses = 0; presses < 80; presses++) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${target}`)
}

const dialog = () => page.getByRole('dialog')
const button = (name: string) => page.getByRole('button', { name, exact: true })
const fact = (name: string) =>
  page
    .locator('.facts-amounts > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')

async function inspect(label: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  const found = violations.map(({ id, nodes }) => ({ id, html: nodes.map(node => node.html) }))
  expect({ label, found }).toEqual({ label, found: [] })
  const overflowX = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect({ label, overflowX }).toEqual({ label, overflowX: 0 })
  const folder = process.env.CONSOLE_SCREENSHOTS
  if (folder) await page.screenshot({ path: `${folder}/${label}.png` })
}

/** Bought in the shop, in a tab that is closed. */
async function boughtInTheShop(language: Language, width: number): Promise<string> {
  const tab = await ShopTab.open(driver.browser, { language, width, ownContext: true })
  await tab.pay()
  await tab.waitForPaid()
  const paymentId = await tab.paymentId()
  await tab.page.context().close()
  return paymentId
}

describe('a refund for a payment whose tab was closed, by keyboard alone', () => {
  test.each([
    ['ko', 1440],
    ['ko', 360],
    ['en', 1440],
    ['en', 360],
  ] as const)('%s, %i px', async (language, width) => {
    const word = words[language]
    const paymentId = await boughtInTheShop(language, width)
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: width === 360 ? 'dark' : 'light', reducedMotion: 'reduce' })
    await signIn('operator', '/console', language)
    const { amount } = (await api.payment(paymentId)).json

    await openSearch(page)
    await page.keyboard.type(paymentId)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `${word.payment} ${paymentId}` }).waitFor()
    await tabTo(button(word.refund))
    await inspect(`${language}-${width}-before`)
    await page.keyboard.press('Enter')

    // The whole amount is there, selected; what is typed replaces it.
    await dialog().waitFor()
    const field = dialog().getByRole('textbox', { name: word.amount })
    await tabTo(field)
    expect(await field.inputValue()).toBe(amount.toLocaleString('en-US'))
    await page.keyboard.type('150,000')
    await tabTo(dialog().getByRole('textbox', { name: word.reason }))
    await page.keyboard.type('the tab was closed')
    const shown = (await dialog().locator('.write-request').innerText()).replaceAll('\u00a0', ' ')
    expect(shown).toContain(`POST /operator/payments/${paymentId}/refund`)
    expect(shown).toContain('"amount": 150000')
    expect(shown).toContain('"reason": "the tab was closed"')
    await dialog().getByRole('region', { name: word.willBeSent, exact: true }).waitFor()
    const [key] = /console:[0-9A-Z]{26}/.exec(shown)!
    await inspect(`${language}-${width}-dialog`)
    const asked = page.waitForRequest(request => request.method() === 'POST')
    await tabTo(dialog().locator('button[type="submit"]'))
    await page.keyboard.press('Enter')
    expect((await asked).postDataJSON()).toEqual({ amount: 150_000, key, reason: 'the tab was closed' })

    await page.locator('[data-write="done"]').waitFor()
    const answer = await dialog().locator('.write-done').innerText()
    expect(answer).toContain(word.done)
    await dialog().getByRole('region', { name: word.wasSent, exact: true }).waitFor()
    expect(await dialog().getByText(word.willBeSent, { exact: true }).count()).toBe(0)
    expect(answer).toMatch(/req_[0-9A-Z]{26}/)
    await inspect(`${language}-${width}-done`)
    await untilFocusOn(button(word.close))
    await page.keyboard.press('Enter')
    await untilClosed(page)

    // What is shown was read again.
    await until(async () => (await fact(word.refunded).innerText()).includes('150,000'), {
      what: 'the refunded amount',
    })
    const row = page.locator('[data-operation="refund"][data-state="SUCCEEDED"]')
    await row.waitFor()
    expect(await row.innerText()).toContain(`${word.by} ${driver.operators.nameOf('operator')}: the tab was closed`)
    await inspect(`${language}-${width}-after`)
    expect((await api.payment(paymentId)).json).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: 150_000 })
    expect(
      await driver.database.rows('SELECT actor, action, reason, details FROM audit_log WHERE subject = ?', [paymentId]),
    ).toEqual([
      {
        actor: driver.operators.nameOf('operator'),
        action: 'payment.refund-asked',
        reason: 'the tab was closed',
        details: JSON.stringify({ amount: 150_000, key }),
      },
    ])
  })
})

const refundPath = '**/operator/payments/*/refund'
const operationCount = (paymentId: string) =>
  driver.database.count("SELECT COUNT(*) FROM payment_operation WHERE payment_id = ? AND kind = 'refund'", [paymentId])

async function openRefund(paymentId: string): Promise<void> {
  await signIn('operator', `/console/payments/${paymentId}`)
  await button(words.ko.refund).click()
  await dialog().getByRole('textbox', { name: words.ko.reason }).fill('고객 요청')
}
const submit = () => dialog().locator('button[type="submit"]')
const keyShown = async () => /console:[0-9A-Z]{26}/.exec(await dialog().locator('.write-request').innerText())![0]

describe('the dialog', () => {
  let sent: Request[]
  beforeEach(() => {
    sent = []
    page.on('request', request => {
      if (request.method() === 'POST' && request.url().includes('/operator/payments/')) sent.push(request)
    })
  })

  test('asks for a reason before anything is sent, and leads to the field', async () => {
    const { paymentId } = await captured(api)
    await signIn('operator', `/console/payments/${paymentId}`)
    await button(words.ko.refund).click()
    await submit().click()
    await dialog().getByText('사유를 적으세요.').waitFor()
    const reason = dialog().getByRole('textbox', { name: words.ko.reason })
    await untilFocusOn(reason)
    expect(sent).toEqual([])
  })

  test('takes no amount that is more than is left, or none', async () => {
    const { paymentId } = await captured(api, { amount: 5_000 })
    await openRefund(paymentId)
    for (const amount of ['5,001', '0', '1.5', '많이', '']) {
      await dialog().getByRole('textbox', { name: words.ko.amount }).fill(amount)
      await submit().click()
      await dialog().locator('[aria-invalid="true"]').waitFor()
    }
    expect(sent).toEqual([])
  })

  test('sends once, however often it is pressed, and cannot be closed meanwhile', async () => {
    const { paymentId } = await captured(api)
    await openRefund(paymentId)
    const release = Promise.withResolvers<void>()
    await page.route(refundPath, async route => {
      await release.promise
      await route.continue()
    })
    await submit().dblclick()
    await page.locator('[data-write="sending"]').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await submit().dispatchEvent('click')
    // The browser closes it at the second Esc, and the page opens it again.
    await dialog().waitFor()
    release.resolve()
    await page.locator('[data-write="done"]').waitFor()
    expect(sent).toHaveLength(1)
    expect(await operationCount(paymentId)).toBe(1)
  })

  test('whose answer is lost is amber, and sends the same again: the money has moved once', async () => {
    const { paymentId } = await captured(api)
    await openRefund(paymentId)
    await page.route(
      refundPath,
      async route => {
        await route.fetch()
        await route.abort('connectionreset')
      },
      { times: 1 },
    )
    await submit().click()
    await page.locator('[data-write="undecided"]').waitFor()
    expect(await dialog().locator('.console-undecided').count()).toBe(1)
    expect(await dialog().locator('.console-failure').count()).toBe(0)
    expect(await dialog().getByRole('textbox', { name: words.ko.amount }).isDisabled()).toBe(true)

    await button('같은 키로 다시 보내기').click()
    await page.locator('[data-write="done"]').waitFor()
    await dialog().getByText('같은 키로 먼저 보낸 요청의 결과입니다.').waitFor()
    expect(sent.map(request => request.postData())).toEqual([sent[0]!.postData(), sent[0]!.postData()])
    expect(await operationCount(paymentId)).toBe(1)
  })

  test('that is refused says why and under which request, and another amount is another key', async () => {
    const { paymentId } = await captured(api, { amount: 10_000 })
    await openRefund(paymentId)
    const first = await keyShown()
    await api.refund(paymentId, { amount: 4_000 }, { 'idempotency-key': `${paymentId}-meanwhile` })
    await submit().click()
    await page.locator('[data-write="refused"]').waitFor()
    const alert = await dialog().getByRole('alert').innerText()
    expect(alert).toContain('₩6,000까지만 할 수 있습니다.')
    expect(alert).toMatch(/req_/)
    expect(await keyShown()).toBe(first)

    await dialog().getByRole('textbox', { name: words.ko.amount }).fill('6000')
    expect(await keyShown()).not.toBe(first)
    await submit().click()
    await page.locator('[data-write="done"]').waitFor()
    expect((await api.payment(paymentId)).json).toMatchObject({ status: 'REFUNDED', refundedAmount: 10_000 })
  })

  test('gives the focus back when it is closed by Esc, and nothing was sent', async () => {
    const { paymentId } = await captured(api)
    await openRefund(paymentId)
    await page.keyboard.press('Escape')
    await untilClosed(page)
    await untilFocusOn(button(words.ko.refund))
    expect(sent).toEqual([])
  })
})

describe('the other actions', () => {
  test('capture a part and keep the rest, then void it', async () => {
    const { paymentId } = await authorized(api, { currency: 'USD', amount: 10_000 })
    await signIn('operator', `/console/payments/${paymentId}`)
    await button('매입…').click()
    await dialog().getByRole('textbox', { name: '매입할 금액' }).fill('25.50')
    await dialog().getByRole('checkbox').check()
    await dialog().getByRole('textbox', { name: words.ko.reason }).fill('일부만')
    expect(await dialog().locator('.write-request').innerText()).toContain('"amount": 2550')
    await submit().click()
    await page.locator('[data-write="done"]').waitFor()
    await button(words.ko.close).click()
    await untilClosed(page)
    await page.locator('[data-operation="capture"]').waitFor()
    expect((await api.payment(paymentId)).json).toMatchObject({ status: 'PARTIALLY_CAPTURED', capturedAmount: 2_550 })

    await button('승인 취소…').click()
    await dialog().getByRole('textbox', { name: words.ko.reason }).fill('나머지는 품절')
    await submit().click()
    await page.locator('[data-write="done"]').waitFor()
    await button(words.ko.close).click()
    await untilClosed(page)
    await page.locator('[data-operation="void"]').waitFor()
    expect((await api.payment(paymentId)).json.status).toBe('COMPLETED')
  })

  test('a viewer sees none, and is told why', async () => {
    const { paymentId } = await captured(api)
    await signIn('viewer', `/console/payments/${paymentId}`)
    await page.getByText('운영자 이상의 역할만 할 수 있습니다. 지금 역할은 조회자입니다.').waitFor()
    expect(await page.locator('[data-action]').count()).toBe(0)
  })
})
