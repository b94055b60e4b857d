/** The console in a browser against the running system: signing in and out, finding payments, and one payment's page. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { send } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect, keepScreenshot } from './console-driver.ts'
import { type Language, untilPageSays } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl, shopUrl = '' } = systemUnderTest()
const MERCHANT = `pages-${Date.now()}`

let driver: ConsoleDriver
let context: BrowserContext
let page: Page
/** Of the merchant of these tests, the oldest first. */
const paymentIds: string[] = []

beforeAll(async () => {
  for (let at = 0; at < 52; at += 1) paymentIds.push(await authorize(at))
  driver = await ConsoleDriver.open('console pages', 'operator')
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

/** One of them is declined, and one has an order id of digits. */
async function authorize(at: number): Promise<string> {
  const body = {
    merchantId: MERCHANT,
    amount: 1_000 + at,
    currency: 'KRW',
    idempotencyKey: `${MERCHANT}-${at}`,
    ...(at === 50 && { paymentMethod: 'tok_decline' }),
    ...(at === 51 && { orderId: '001001', capture: true }),
  }
  const { json } = await send(apiUrl, { method: 'POST', path: '/payments/authorize', body })
  return json.paymentId
}

const signIn = (path?: string, language?: Language) => driver.signIn(page, path, language)

const listPath = `/console/payments?merchantId=${MERCHANT}`
const rows = () => page.locator('.rows tbody tr')
const heading = (name: string) => page.getByRole('heading', { name, exact: true })

describe('signing in', () => {
  test('the link leaves the address at once, opens the overview, and outlives a reload; signing out ends it', async () => {
    const addresses: string[] = []
    page.on('request', request => addresses.push(request.url()))
    const secret = await signIn()
    await heading('현황').waitFor()
    expect(page.url()).not.toContain('opl_')
    expect(addresses.filter(address => address.includes(secret))).toEqual([])
    expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain(secret)

    await page.reload()
    await heading('현황').waitFor()

    await page.getByRole('button', { name: '로그아웃' }).click()
    await heading('로그인이 필요합니다').waitFor()
    expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain('opx_')
    await page.reload()
    await heading('로그인이 필요합니다').waitFor()
  })

  test('a link that was used says so, and how to get another', async () => {
    const secret = await signIn()
    const other = await context.browser()!.newContext({ locale: 'en-GB' })
    const late = await other.newPage()
    await late.goto(`${shopUrl}/console#${secret}`)
    await late.getByRole('heading', { name: 'This link does not sign you in' }).waitFor()
    expect(await late.locator('.console-command').textContent()).toBe('npm run console-link -- --as NAME')
    expect(late.url()).not.toContain('opl_')
    await other.close()
  })

  test('a session that has ended elsewhere is told at the next click, and the list is gone', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    // The tabs ask for their counts by themselves, and the menu whether there is a demo: either would be told first.
    await page.locator('.console-count').first().waitFor()
    await page.getByRole('navigation').getByRole('link', { name: '데모', exact: true }).waitFor()
    await driver.database.write(
      'DELETE FROM console_session WHERE operator_id = (SELECT operator_id FROM operator WHERE name = ?)',
      [driver.operators.nameOf('operator')],
    )
    await page.getByRole('button', { name: '새로 고침' }).click()
    await heading('세션이 끝났습니다').waitFor()
    expect(await rows().count()).toBe(0)
  })

  test('an API that is away is no session that has ended', async () => {
    await signIn()
    await page.route('**/operator/**', route => route.abort('connectionrefused'))
    await page.reload()
    await heading('로그인을 확인하지 못했습니다').waitFor()
    await page.unroute('**/operator/**')
    await page.getByRole('button', { name: '다시 시도' }).click()
    await heading('현황').waitFor()
  })
})

describe('the list', () => {
  test('pages by cursor, and goes back by the browser’s own button', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    expect(await rows().count()).toBe(50)
    const first = await rows().first().textContent()
    await page.getByRole('link', { name: '다음 페이지' }).click()
    await until(async () => (await rows().count()) === 2, { what: 'the second page' })
    expect(page.url()).toMatch(/cursor=.+/)
    await page.goBack()
    await until(async () => (await rows().count()) === 50, { what: 'the first page again' })
    expect(await rows().first().textContent()).toBe(first)
  })

  test('tabs and filters stand in the address, which opens the same list again', async () => {
    await signIn(listPath)
    const tabs = page.getByRole('navigation', { name: '상태별' })
    const refused = tabs.getByRole('link', { name: /거절·실패/ })
    await refused.filter({ hasText: '1' }).waitFor()
    await refused.click()
    await until(async () => (await rows().count()) === 1, { what: 'the declined payment alone' })
    expect(await rows().textContent()).toContain(paymentIds[50])

    await tabs.getByRole('link', { name: /전체/ }).click()
    // Until then what is shown is one row, too.
    await until(async () => (await rows().count()) === 50, { what: 'all of them' })
    await page.getByRole('textbox', { name: '주문 번호' }).fill('001001')
    await page.getByRole('button', { name: '적용' }).click()
    await until(async () => (await rows().count()) === 1, { what: 'the order alone' })
    expect(page.url()).toContain('orderId=001001')
    await page.reload()
    await rows().first().waitFor()
    expect(await rows().textContent()).toContain(paymentIds[51])

    await page.getByRole('link', { name: /주문 번호 001001 조건 지우기/ }).click()
    await until(async () => (await rows().count()) === 50, { what: 'all again' })
  })

  full.each([
    [
      'ko',
      '조건에 맞는 결제가 없습니다.',
      '전체 기간에서 찾기',
      '전체 기간 조건 지우기',
      '최근 7일',
      /찾은 기간: .*2019.*2020.* 전까지/,
    ],
    [
      ...(['en', 'No payment fits the filters.', 'Search all time', 'Remove filter All time', 'Last 7 days'] as const),
      /Searched: From .*2019.* to before .*2020/,
    ],
  ] as const)(
    'says which time it searched, and can search all: %s',
    async (language, none, all, remove, days, period) => {
      await signIn(`${listPath}&to=2020-01-05T00:00:00.000Z`, language)
      await page.getByRole('status').filter({ hasText: none }).filter({ hasText: period }).waitFor()
      await inspect(page, `${language}-list-empty`)
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.getByRole('link', { name: all, exact: true }).click()
      await until(async () => (await rows().count()) === 50, { what: 'payments of all time' })
      expect(new URL(page.url()).searchParams.get('from')).toBe('1970-01-01T00:00:00.000Z')
      expect(await page.getByText(days, { exact: true }).count()).toBe(0)
      await page.getByRole('link', { name: remove, exact: true }).click()
      await page.getByText(days, { exact: true }).waitFor()
      expect(page.url()).not.toMatch(/from=|to=/)
    },
  )

  test('amounts are typed in the currency’s own unit, and stand in the address in minor units', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    await page.getByRole('textbox', { name: '최소 금액' }).fill('1,049')
    await page.getByRole('textbox', { name: '최대 금액' }).fill('1050')
    await page.getByRole('combobox', { name: '결제 수단' }).fill('tok_decline')
    await page.getByRole('button', { name: '적용' }).click()
    await until(async () => (await rows().count()) === 1, { what: 'the declined payment of 1,050' })
    expect(await rows().textContent()).toContain(paymentIds[50])
    expect(page.url()).toMatch(/currency=KRW&method=tok_decline&amountMin=1049&amountMax=1050/)
    await page.getByRole('link', { name: /결제 수단 tok_decline 조건 지우기/ }).click()
    await until(async () => (await rows().count()) === 2, { what: 'both amounts' })
    await page.getByRole('textbox', { name: '통화' }).fill('WON')
    await page.getByRole('button', { name: '적용' }).click()
    await page.getByRole('alert').getByText('검색 조건이 올바르지 않습니다.').waitFor()
  })

  full.each([
    ['ko', '결제 수단(토큰)', /토큰 전체를/, '적용'],
    ['en', 'Payment method (token)', /a whole token/, 'Apply'],
  ] as const)('a payment method that can be none is marked at its field, and not asked for: %s', async (...words) => {
    const [language, label, wrong, apply] = words
    await signIn(listPath, language)
    await rows().first().waitFor()
    const field = page.getByRole('combobox', { name: label })
    await field.fill('decline')
    await page.getByRole('button', { name: apply, exact: true }).click()
    await page.getByRole('alert').getByText(wrong).waitFor()
    await page.locator('[name="method"][aria-invalid="true"]:focus').waitFor()
    expect(page.url()).not.toContain('method=')
    expect(await rows().count()).toBe(50)
    expect(await page.locator('datalist option[value="tok_decline"]').count()).toBe(1)
    await inspect(page, `${language}-list-method`)

    await field.fill('tok_decline')
    await page.keyboard.press('Enter')
    await until(async () => (await rows().count()) === 1, { what: 'the declined payment alone' })
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('no payment, and a list that could not be loaded, are said apart, the latter with its request id', async () => {
    await signIn('/console/payments?merchantId=nobody-at-all')
    await page.getByText('조건에 맞는 결제가 없습니다.').waitFor()
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/payments?**', route => route.fulfill(away))

    await page.getByRole('button', { name: '새로 고침' }).click()
    await page.getByRole('alert').getByText('새로 고치지 못했습니다. 전에 불러온 내용입니다.').waitFor()
    await page.getByText(/전 기준|방금 기준/).waitFor()

    await page.reload()
    const alert = page.getByRole('alert')
    await alert.getByText('결제를 불러오지 못했습니다').waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    expect(await page.locator('main').textContent()).not.toMatch(/불러오고|대기|조건에 맞는/)
  })

  full('rows are 36 px, amounts are at the right in figures of one width, times say their zone', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    expect((await rows().nth(1).boundingBox())?.height).toBe(36)
    const style = (name: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('.rows td.amount')).getPropertyValue('${name}')`)
    expect([await style('text-align'), await style('font-variant-numeric')]).toEqual(['right', 'tabular-nums'])
    expect(await rows().first().locator('time').getAttribute('title')).toMatch(/GMT/)
  })
})

describe('one payment', () => {
  test('is opened beside the list by a click, and by its own address as a page, with its amounts and its timeline', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    await page.getByRole('link', { name: paymentIds[51]! }).click()
    const panel = page.getByRole('complementary', { name: `결제 ${paymentIds[51]}` })
    await panel.locator('[data-operation="capture"]').waitFor()
    expect(await rows().count()).toBe(50)
    expect(page.url()).toContain(`open=${paymentIds[51]}`)

    await panel.getByRole('link', { name: '전체 화면으로 보기' }).click()
    await heading(`결제 ${paymentIds[51]}`).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/console/payments/${paymentIds[51]}`)
    await untilPageSays(page, 'document.activeElement.id', 'main')
    expect(await page.locator('.payment-amount').textContent()).toBe('₩1,051')
    await page.locator('[data-operation="capture"][data-state="SUCCEEDED"]').waitFor()
    expect(await page.locator('[data-operation]').count()).toBe(2)
    await page.locator('[data-operation="capture"] [data-step="answered"]').waitFor()
  })

  test('leads back to the list that this tab has shown last, and to all payments after signing out', async () => {
    const back = page.getByRole('link', { name: '← 결제 목록' })
    const filtersBack = async () => new URL((await back.getAttribute('href'))!, page.url()).search
    await signIn(`${listPath}&method=tok_decline`)
    await rows().first().waitFor()
    await page.goto(driver.address(`/console/payments/${paymentIds[50]}`, 'ko'))
    await heading(`결제 ${paymentIds[50]}`).waitFor()
    expect(await filtersBack()).toBe(`?merchantId=${MERCHANT}&method=tok_decline`)
    await back.click()
    await until(async () => (await rows().count()) === 1, { what: 'the same list' })

    await page.getByRole('button', { name: '로그아웃' }).click()
    await heading('로그인이 필요합니다').waitFor()
    await signIn(`/console/payments/${paymentIds[50]}`)
    await heading(`결제 ${paymentIds[50]}`).waitFor()
    expect(await filtersBack()).toBe('')
  })

  test('is found by the id of one of its operations, typed and sent by keyboard', async () => {
    const { operations } = (await send(apiUrl, { path: `/payments/${paymentIds[50]}/operations` })).json
    await signIn('/console/lookup')
    await page.getByRole('textbox', { name: '번호로 찾기' }).focus()
    await page.keyboard.type(operations[0].operationId)
    await page.keyboard.press('Enter')
    await heading(`결제 ${paymentIds[50]}`).waitFor()
    await page.locator('[data-operation="authorize"][data-state="DECLINED"]').waitFor()
  })

  test('that there is not is said', async () => {
    await signIn('/console/payments/pay_01M81XPMC6M0CP91D04PC91AQ5')
    await page.getByText('이 번호의 결제가 없습니다').waitFor()
  })

  test('of which an outcome is not known is amber, not red', async () => {
    // Before it is sent: a job decides it soon.
    await signIn(`${listPath}&tab=requested`)
    await page.getByText('조건에 맞는 결제가 없습니다.').waitFor()
    const body = { merchantId: MERCHANT, amount: 77, currency: 'KRW', paymentMethod: 'tok_timeout_before' }
    const sent = send(apiUrl, {
      method: 'POST',
      path: '/payments/authorize',
      body: { ...body, idempotencyKey: `${MERCHANT}-undecided` },
    })
    await until(
      async () => {
        await page.getByRole('button', { name: '새로 고침' }).click()
        return (await rows().count()) > 0
      },
      { what: 'the undecided payment' },
    )
    expect(await rows().locator('.tag-undecided').allTextContents()).toEqual(['승인 요청 중', '작업 진행 중'])
    expect(await rows().locator('.tag-bad').count()).toBe(0)
    await sent
  })
})

describe('every page: axe finds nothing, nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    await page.goto(driver.address('/console', language))
    await page.locator('[data-closed="signedOut"]').waitFor()
    await inspect(page, `${language}-closed`)
    await signIn(listPath, language)
    await rows().first().waitFor()
    await page.locator('.console-count').first().waitFor()
    await inspect(page, `${language}-list`)
    await page.goto(driver.address(`/console/payments/${paymentIds[51]}`, language))
    await page.locator('[data-operation="capture"]').waitFor()
    await inspect(page, `${language}-payment`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
  })

  test('nothing to press is printed, times have their year, and forced colours keep the chosen tab', async () => {
    await signIn(listPath)
    await rows().first().waitFor()
    const prefix = () => page.evaluate(`getComputedStyle(document.querySelector('.rows time'), '::before').content`)
    expect(await prefix()).toBe('none')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('button:visible, input:visible').count()).toBe(0)
    // Paper is read in another year, too. It is that of the browser's time zone, which is this process's.
    const at = await rows().first().locator('time').getAttribute('datetime')
    expect(await prefix()).toBe(`"${new Date(at!).getFullYear()}-"`)
    await keepScreenshot(page, 'print')
    await page.emulateMedia({ media: 'screen', forcedColors: 'active' })
    const widths = await page.evaluate(
      `[...document.querySelectorAll('.console-tab')].map(tab => getComputedStyle(tab).borderBottomColor)`,
    )
    expect(new Set(widths as string[]).size).toBe(2)
  })
})
