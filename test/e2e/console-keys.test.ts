/** The console by keyboard alone: searching, moving through a list, opening and closing a payment, and the switch for single keys. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { send } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect, openSearch, untilClosed } from './console-driver.ts'
import { untilPageSays } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl } = systemUnderTest()
const MERCHANT = `keys-${Date.now()}`
const ORDER = `order-${MERCHANT}`
const LIST = `/console/payments?merchantId=${MERCHANT}`

let driver: ConsoleDriver
let context: BrowserContext
let page: Page
/** The newest first, as the list has them. */
const paymentIds: string[] = []

beforeAll(async () => {
  for (let number = 0; number < 30; number += 1) paymentIds.unshift(await authorize(number))
  driver = await ConsoleDriver.open('console keys', 'viewer')
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

async function authorize(number: number): Promise<string> {
  const body = {
    ...{ merchantId: MERCHANT, amount: 100 + number, currency: 'KRW', idempotencyKey: `${MERCHANT}-${number}` },
    ...(number === 0 && { orderId: ORDER }),
  }
  return (await send(apiUrl, { method: 'POST', path: '/payments/authorize', body })).json.paymentId
}

const rows = () => page.locator('.rows tbody tr')
const press = (...keys: string[]) =>
  keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve())
const heading = (name: string) => page.getByRole('heading', { name, exact: true })
const panelOf = (paymentId: string) => page.getByRole('complementary', { name: `결제 ${paymentId}` })

/** The payment of the row that has the focus. */
const FOCUSED_ROW = "document.activeElement.closest('tr')?.dataset.row ?? null"
const untilOnRow = (paymentId: string | undefined) => untilPageSays(page, FOCUSED_ROW, paymentId)
const focusIs = (part: 'id' | 'name', value: string) => untilPageSays(page, `document.activeElement.${part}`, value)

async function openList(): Promise<void> {
  await driver.signIn(page, LIST)
  await rows().nth(29).waitFor()
}

describe('the search', () => {
  test('opens at Ctrl K, also from within a field, goes to a page by a part of its name, and gives the focus back', async () => {
    await openList()
    await press('/')
    await focusIs('name', 'merchantId')
    await press('Control+k')
    const field = page.getByRole('combobox', { name: '번호나 화면 이름' })
    await field.waitFor()
    for (const option of ['현황 화면', '결제 화면'])
      await page.getByRole('option', { name: option, exact: true }).waitFor()
    await press('Escape')
    await field.waitFor({ state: 'detached' })
    await focusIs('name', 'merchantId')

    await openSearch(page)
    await page.keyboard.type('현')
    await press('Enter')
    await heading('현황').waitFor()
    await focusIs('id', 'main')
  })

  test('chooses by arrows, which a screen reader is told', async () => {
    await driver.signIn(page)
    await openSearch(page)
    const told = `document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent`
    await untilPageSays(page, told, '현황 화면')
    await press('ArrowDown')
    await untilPageSays(page, told, '결제 화면')
    expect(await page.locator('[role=option][aria-selected=true]').count()).toBe(1)
    await press('Enter')
    await heading('결제').waitFor()
  })

  test('a pasted payment id jumps to its page at once, any other id of ours to its payment', async () => {
    const paymentId = paymentIds[3]!
    const { operations } = (await send(apiUrl, { path: `/payments/${paymentId}/operations` })).json
    for (const id of [paymentId, operations[0].operationId]) {
      await driver.signIn(page)
      await heading('현황').waitFor()
      await openSearch(page)
      await page.keyboard.type(id)
      await press('Control+a', 'Control+x', 'Control+v')
      await heading(`결제 ${paymentId}`).waitFor()
      expect(new URL(page.url()).pathname).toBe(`/console/payments/${paymentId}`)
      await untilClosed(page)
    }
  })

  test('a key of a merchant leads to its payment, and one that is of nothing says so', async () => {
    await driver.signIn(page)
    await openSearch(page)
    await page.keyboard.type(`${MERCHANT}-0`)
    await press('Enter')
    await heading(`결제 ${paymentIds[29]}`).waitFor()
    // Back is where the search began, not a page that leads on again.
    await page.goBack()
    await heading('현황').waitFor()
    await openSearch(page)
    await page.keyboard.type('nothing-like-this')
    await press('Enter')
    await page.getByText('이 번호를 가진 것이 없습니다.').waitFor()
    await heading('번호로 찾기').waitFor()
    expect(await page.locator('main').textContent()).toContain('콘솔에 나오는 모든 번호와 요청 번호, 멱등 키')
    await page.getByRole('link', { name: '가맹점 nothing-like-this의 결제, 전체 기간' }).click()
    await page.getByText('조건에 맞는 결제가 없습니다.').waitFor()
    // All time was searched.
    expect(await page.getByRole('link', { name: '전체 기간에서 찾기' }).count()).toBe(0)
  })

  test('an order id leads to its payment, the name of a merchant to its payments of all time; nothing is found before', async () => {
    await driver.signIn(page)
    await openSearch(page)
    await page.keyboard.type(ORDER)
    await page.getByRole('status').filter({ hasText: '갈 곳 2곳' }).waitFor()
    await press('Enter')
    await heading(`결제 ${paymentIds[29]}`).waitFor()
    await untilClosed(page)

    await openSearch(page)
    await page.keyboard.type(MERCHANT)
    await page.getByRole('option', { name: `${MERCHANT} 이 가맹점의 결제, 전체 기간` }).click()
    await rows().nth(29).waitFor()
    await page.getByRole('link', { name: '전체 기간 조건 지우기' }).waitFor()
  })
})

describe('a list', () => {
  test('j and k go from row to row, Enter opens beside it, Esc closes, back and forward do too', async () => {
    await openList()
    await press('j')
    await untilOnRow(paymentIds[0])
    await press('j', 'j', 'k')
    await untilOnRow(paymentIds[1])

    await press('Enter')
    await panelOf(paymentIds[1]!).locator('[data-operation="authorize"]').waitFor()
    expect(page.url()).toContain(`open=${paymentIds[1]}`)
    expect(await page.locator('tr[aria-current=true]').getAttribute('data-row')).toBe(paymentIds[1])
    // Whoever opened it reads on there.
    await untilPageSays(page, "document.activeElement.closest('aside') !== null", true)

    // From the panel j goes on behind the row that is open.
    await press('j')
    await untilOnRow(paymentIds[2])
    await press('Enter')
    await panelOf(paymentIds[2]!).waitFor()
    await page.goBack()
    await panelOf(paymentIds[1]!).waitFor()
    await page.goForward()
    await panelOf(paymentIds[2]!).waitFor()

    await press('Escape')
    await panelOf(paymentIds[2]!).waitFor({ state: 'detached' })
    expect(page.url()).not.toContain('open=')
    await untilOnRow(paymentIds[2])
  })

  full('a row that is scrolled to is not under the head that stays', async () => {
    await page.setViewportSize({ width: 1440, height: 500 })
    await openList()
    for (let number = 0; number < 30; number += 1) await press('j')
    await untilOnRow(paymentIds[29])
    for (let number = 0; number < 20; number += 1) await press('k')
    await untilOnRow(paymentIds[9])
    const tops = await page.evaluate(
      "[document.querySelector('.rows th').getBoundingClientRect().bottom, document.activeElement.closest('tr').getBoundingClientRect().top]",
    )
    const [headBottom, rowTop] = tops as [number, number]
    expect(rowTop).toBeGreaterThanOrEqual(headBottom - 1)
  })

  test('what was opened is marked, also after a reload, and forgotten when somebody signs out', async () => {
    await openList()
    expect(await page.locator('[data-visited]').count()).toBe(0)
    await press('j', 'Enter')
    await panelOf(paymentIds[0]!).waitFor()
    const visited = page.locator(`[data-row="${paymentIds[0]}"][data-visited]`)
    await visited.waitFor()
    expect(await visited.textContent()).toContain('열어 본 결제')
    await page.reload()
    await visited.waitFor()
    expect(await page.locator('[data-visited]').count()).toBe(1)

    await page.getByRole('button', { name: '로그아웃' }).click()
    await heading('로그인이 필요합니다').waitFor()
    await untilPageSays(page, "localStorage.getItem('console.visited')", '[]')
  })

  full('/ goes to the filters, and keys that are typed there are letters', async () => {
    await openList()
    await press('/')
    await focusIs('name', 'merchantId')
    await page.keyboard.type('jk?/')
    await untilPageSays(page, 'document.activeElement.value', `${MERCHANT}jk?/`)
    expect(await page.locator('dialog').count()).toBe(0)
  })

  full('where there is no room for a panel, Enter opens the page', async () => {
    await page.setViewportSize({ width: 720, height: 900 })
    await openList()
    await press('j', 'Enter')
    await heading(`결제 ${paymentIds[0]}`).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/console/payments/${paymentIds[0]}`)

    // The same address as beside a list.
    await page.goto(driver.address(`${LIST}&open=${paymentIds[1]}`, 'ko'))
    await page.getByRole('heading', { level: 1, name: `결제 ${paymentIds[1]}` }).waitFor()
    expect(await rows().count()).toBe(0)
    await page.locator('[data-panel-close]').waitFor()
    await press('Escape')
    await rows().nth(29).waitFor()
  })
})

describe('the keys', () => {
  test('are shown at ?, and those of one character can be switched off for good', async () => {
    await openList()
    await press('Shift+?')
    const off = page.getByRole('checkbox', { name: '한 글자 단축키 사용' })
    await off.focus()
    await press('Space')
    await press('Escape')
    await off.waitFor({ state: 'detached' })
    await press('j', '/', 'Shift+?')
    expect(await page.evaluate(FOCUSED_ROW)).toBeNull()
    expect(await page.locator('dialog').count()).toBe(0)

    await page.reload()
    await rows().nth(29).waitFor()
    await press('j')
    expect(await page.evaluate(FOCUSED_ROW)).toBeNull()
    // By hand, and back on.
    await page.getByRole('button', { name: '단축키' }).focus()
    await press('Enter')
    await off.focus()
    await press('Space', 'Escape')
    await off.waitFor({ state: 'detached' })
    await press('j')
    await untilOnRow(paymentIds[0])
  })
})

describe('axe finds nothing, and nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    await driver.signIn(page, LIST, language)
    await rows().nth(29).waitFor()
    await press('j', 'Enter')
    await page.locator('[data-operation="authorize"] [data-step="event"]').waitFor()
    await inspect(page, `${language}-panel`)
    await page.setViewportSize({ width: 1440, height: 900 })
    await openSearch(page)
    await page.keyboard.type(paymentIds[0]!)
    await page.getByRole('option').first().waitFor()
    await inspect(page, `${language}-search`)
    await press('Escape')
    await untilClosed(page)
    await press('Shift+?')
    await page.getByRole('checkbox').waitFor()
    await inspect(page, `${language}-keys`)
    if (language === 'en') expect((await page.locator('dialog').textContent())?.match(/[가-힣]+/g)).toBeNull()
    await press('Escape')
    await page.goto(driver.address('/console/lookup?id=nothing', language))
    await page.locator('.console-note').waitFor()
    await inspect(page, `${language}-lookup`)
    await page.goto(driver.address('/console/no-such-page', language))
    await page.locator('.console-closed').waitFor()
    await inspect(page, `${language}-not-found`)
  })
})
