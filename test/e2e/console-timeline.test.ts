/** The rows of a payment's timeline in a browser: opened by keyboard, what they show of request and answer, and the command that repeats it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, CDPSession, Locator, Page } from 'playwright-core'
import { SECRET_HEADER } from '../../shared/contracts/console.ts'
import { until } from '../../shared/runtime/until.ts'
import { PaymentApi } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { newOperatorKey, TestOperators } from '../support/operators.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect, keepScreenshot } from './console-driver.ts'
import type { Language } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl, shopUrl = '' } = systemUnderTest()
const api = new PaymentApi(apiUrl)
const MERCHANT = `timeline-${Date.now()}`

const words = {
  ko: {
    ...{ request: '요청', answer: '응답', copyCurl: 'curl 복사', copied: '복사했습니다.' },
    expired: '보관 기한이 지났습니다.',
    noKey: '멱등 키 없이 온 요청입니다.',
    failed: '요청과 응답을 불러오지 못했습니다',
  },
  en: {
    ...{ request: 'Request', answer: 'Answer', copyCurl: 'Copy curl', copied: 'Copied.' },
    expired: 'Their time is over',
    noKey: 'It was sent without an idempotency key.',
    failed: 'Could not load request and answer',
  },
} as const

let driver: ConsoleDriver
let operators: TestOperators
let context: BrowserContext
let page: Page
beforeAll(async () => {
  driver = await ConsoleDriver.open('timeline', 'viewer')
  operators = new TestOperators(driver.database, 'timeline of')
  await operators.add('operator')
})
afterAll(async () => {
  await operators?.remove()
  await driver?.close()
})
beforeEach(async () => {
  context = await driver.newContext()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: shopUrl })
  page = await context.newPage()
})
afterEach(() => context.close())

let made = 0
/** Captured with a key that a shell would take apart, and whose capture had no key. */
async function purchase() {
  made += 1
  const idempotencyKey = `it's-$HOME-"${MERCHANT}"-${made}`
  const body = { merchantId: MERCHANT, amount: 12_000, currency: 'KRW', orderId: `'$(id)'\`${made}\`` }
  const authorized = await api.authorize({ ...body, idempotencyKey })
  expect(authorized.status).toBe(201)
  const { paymentId } = authorized.json
  expect((await api.capture(paymentId)).status).toBe(200)
  return { paymentId: paymentId as string, idempotencyKey, authorized, body }
}

const row = (kind: string) => page.locator(`[data-operation="${kind}"]`)
const toggle = (kind: string) => row(kind).getByRole('button', { expanded: false })
const part = (kind: string, name: string) => row(kind).locator(`[data-part="${name}"]`)
const press = (key: string) => page.keyboard.press(key)
const hasFocus = (selector: string) => page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)

async function openPayment(paymentId: string, language: Language = 'ko'): Promise<void> {
  await driver.signIn(page, `/console/payments/${paymentId}`, language)
  await row('authorize').waitFor()
}

/** As whoever pasted it into a shell. */
async function runInShell(command: string, more: { cwd?: string; SECRET?: string } = {}): Promise<string> {
  const env = { PATH: process.env.PATH, ...(more.SECRET === undefined ? {} : { SECRET: more.SECRET }) }
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env, cwd: more.cwd })
  return stdout
}

/** The body of what `curl -i` printed. */
const bodyIn = (printed: string): string => printed.slice(printed.indexOf('\r\n\r\n') + 4)

describe('a row of the timeline', () => {
  test.each(['ko', 'en'] as const)(
    '%s: opens by keyboard, and its command is answered from the record',
    async language => {
      const word = words[language]
      const { paymentId, idempotencyKey, authorized, body } = await purchase()
      await openPayment(paymentId, language)
      await press('j')
      expect(await hasFocus('[data-operation="authorize"] [aria-expanded="false"]')).toBe(true)
      await press('j')
      expect(await hasFocus('[data-operation="capture"] [aria-expanded]')).toBe(true)
      await press('k')
      await press('Enter')
      await part('authorize', 'curl').waitFor()
      expect(await hasFocus('[data-operation="authorize"] [aria-expanded="true"]')).toBe(true)

      expect(JSON.parse((await part('authorize', 'request').locator('pre').textContent())!)).toEqual(body)
      expect(await part('authorize', 'request').textContent()).toContain(idempotencyKey)
      expect(await part('authorize', 'answer').textContent()).toContain('HTTP 201')
      const shown = await part('authorize', 'answer').locator('pre').textContent()
      expect(JSON.parse(shown!)).toEqual(authorized.json)
      for (const name of [word.request, word.answer])
        expect(await row('authorize').getByRole('group', { name, exact: true }).getAttribute('tabindex')).toBe('0')

      await row('authorize').getByRole('button', { name: word.copyCurl }).focus()
      await press('Enter')
      await part('authorize', 'curl').getByText(word.copied).waitFor()
      const command = (await page.evaluate('navigator.clipboard.readText()')) as string
      expect(command).toBe(await part('authorize', 'curl').locator('pre').textContent())
      const printed = await runInShell(command)
      expect(printed).toMatch(/^idempotent-replayed: true\r$/im)
      expect(bodyIn(printed)).toBe(authorized.text)
      expect((await api.operations(paymentId)).json.operations).toHaveLength(2)

      await toggle('capture').focus()
      await press('Space')
      await row('capture').getByText(word.noKey).waitFor()
      expect(await part('capture', 'curl').count()).toBe(0)
      await part('capture', 'event').getByText('payment.captured').first().waitFor()
      await press('Space')
      await row('capture').locator('.operation-record').waitFor({ state: 'detached' })
      await inspect(page, `${language}-timeline`)
      if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
    },
  )

  test.each(['ko', 'en'] as const)('%s: whose time is over says so, and that it is loaded', async language => {
    const { paymentId } = await purchase()
    // What the route says of a key whose time is over. Taking the stored answer away would be seen by the invariants of this system.
    await page.route('**/operator/operations/**', async route => {
      const response = await route.fetch()
      const json = { ...(await response.json()), keyState: 'expired', request: null, answer: null }
      await route.fulfill({ response, json })
    })
    await openPayment(paymentId, language)
    await toggle('authorize').click()
    await row('authorize').getByText(words[language].expired).waitFor()
    expect(await row('authorize').locator('[data-missing]').getAttribute('data-missing')).toBe('expired')
    expect(await row('authorize').locator('[data-part]').count()).toBe(1)
    await page.unroute('**/operator/operations/**')
    expect(await row('authorize').textContent()).not.toMatch(/불러오고|Loading/)
  })

  test.each([
    ['ko', '(가상 시각)'],
    ['en', '(virtual time)'],
  ] as const)('%s: names virtual time where it stands, once the clock was moved', async (language, note) => {
    const { paymentId } = await purchase()
    let virtualAheadMs = 0
    await page.route('**/operator/payments/*/timeline', async route => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), virtualAheadMs } })
    })
    await openPayment(paymentId, language)
    await toggle('authorize').click()
    await part('authorize', 'answer').locator('time').waitFor()
    expect(await page.getByText(note).count()).toBe(0)

    virtualAheadMs = 86_400_000
    await page.reload()
    await toggle('authorize').click()
    await part('authorize', 'answer').locator('time').waitFor()
    for (const step of ['claimed', 'recorded'])
      await row('authorize').locator(`[data-step="${step}"]`).getByText(note).waitFor()
    await part('authorize', 'answer').getByText(note).waitFor()
    // Real times have no such words.
    expect(await row('authorize').getByText(note).count()).toBe(3)
    await inspect(page, `${language}-timeline-virtual`)
  })

  full('that could not be loaded says so with its request id, and loads when asked again', async () => {
    const { paymentId } = await purchase()
    await openPayment(paymentId)
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/operations/**', route => route.fulfill(away))
    await toggle('authorize').click()
    const alert = row('authorize').getByRole('alert')
    await alert.getByText(words.ko.failed).waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    expect(await row('authorize').textContent()).not.toMatch(/불러오고|보관 기한/)
    await page.unroute('**/operator/operations/**')
    await alert.getByRole('button', { name: '다시 시도' }).click()
    await part('authorize', 'answer').waitFor()
  })

  test('that an operator asked for says who and why; the command needs their session, and gives the same answer', async () => {
    const { paymentId } = await purchase()
    const { cookie, ...headers } = await operators.signIn('operator', apiUrl)
    const asked = { key: newOperatorKey(), reason: 'it\'s "$HOME"\n둘째 줄' }
    const refunded = await api.post(`/operator/payments/${paymentId}/refund`, asked, { cookie: cookie!, ...headers })
    expect(refunded.status).toBe(200)
    await openPayment(paymentId)
    await toggle('refund').click()
    const noted = row('refund').locator('[data-noted="payment.refund-asked"]')
    await noted.waitFor()
    expect(await noted.textContent()).toContain('timeline of operator')
    expect(await noted.textContent()).toContain('둘째 줄')
    const command = (await part('refund', 'curl').locator('pre').textContent())!
    expect(command).not.toMatch(/op[slx]_/)

    const folder = await mkdtemp(join(tmpdir(), 'console-cookies-'))
    try {
      await writeFile(join(folder, 'console.cookies'), `Set-Cookie: ${cookie}; Path=/operator\n`)
      const printed = await runInShell(command, { cwd: folder, SECRET: headers[SECRET_HEADER]! })
      expect(printed).toMatch(/^idempotent-replayed: true\r$/im)
      expect(bodyIn(printed)).toBe(refunded.text)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  full('in the panel beside a list, j and k stay in it once one of its rows has the focus', async () => {
    const { paymentId } = await purchase()
    await driver.signIn(page, `/console/payments?merchantId=${MERCHANT}&open=${paymentId}`)
    await toggle('authorize').focus()
    await press('j')
    expect(await hasFocus('[data-operation="capture"] [aria-expanded]')).toBe(true)
    await press('j')
    expect(await hasFocus('[data-operation="capture"] [aria-expanded]')).toBe(true)
    await press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await press('Escape')
    await page.locator('.side-panel').waitFor({ state: 'detached' })
  })
})

describe('the header', () => {
  /** All of it, at 360 px. */
  async function isInView(link: Locator): Promise<boolean> {
    const { x, width } = (await link.boundingBox())!
    return x >= 0 && x + width <= 360
  }
  test.each([
    ['ko', 1280],
    ['ko', 1440],
    ['en', 1280],
    ['en', 1440],
  ] as const)('%s: is one line at %i px', async (language, width) => {
    await driver.signIn(page, '/console/payments', language)
    await page.setViewportSize({ width, height: 900 })
    const middles = (await page.evaluate(
      `[...document.querySelectorAll('.console-header > *')].map(part => {
        const { top, bottom } = part.getBoundingClientRect()
        return Math.round((top + bottom) / 2)
      })`,
    )) as number[]
    expect(middles.length).toBe(6)
    expect(Math.max(...middles) - Math.min(...middles)).toBeLessThanOrEqual(2)
    const overflowX = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflowX).toBe(0)
    for (const link of await page.locator('.console-sections a').all())
      expect((await link.boundingBox())!.height).toBeLessThanOrEqual(36)
  })
  test.each([
    ['ko', '더 보기', '로그아웃', '단축키'],
    ['en', 'More', 'Sign out', 'Keys'],
  ] as const)('%s: is two lines at 360 px, all of it within reach of the keyboard', async (...words) => {
    const [language, more, signOut, keys] = words
    await page.setViewportSize({ width: 360, height: 740 })
    await driver.signIn(page, '/console/ledger', language)
    const header = page.locator('.console-header')
    await page.locator('.console-sections [aria-current]').waitFor()
    expect((await header.boundingBox())!.height).toBeLessThanOrEqual(110)
    for (const target of await header.locator('> .button, > .search-button, .console-sections a').all())
      expect((await target.boundingBox())!.height).toBeGreaterThanOrEqual(44)
    // The page that is shown is not scrolled away.
    expect(await isInView(page.locator('.console-sections [aria-current]'))).toBe(true)
    await inspect(page, `${language}-header`)
    await page.setViewportSize({ width: 360, height: 740 })

    const sections = await page.locator('.console-sections a').all()
    await sections[0]!.focus()
    for (const link of sections) {
      const href = await link.getAttribute('href')
      const focused = page.locator('.console-sections a:focus')
      await until(async () => (await focused.getAttribute('href')) === href, { what: `the focus on ${href}` })
      await until(() => isInView(link), { what: 'the page that has the focus in view' })
      await page.keyboard.press('Tab')
    }

    const menu = page.locator('.console-more')
    await page.getByRole('button', { name: more, exact: true }).focus()
    await page.keyboard.press('Enter')
    await menu.getByRole('button', { name: signOut }).waitFor()
    await keepScreenshot(page, `${language}-header-more`)
    await page.keyboard.press('Tab')
    await page.locator('.console-more .button:focus').waitFor()
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'hidden' })
    await page.locator('[popovertarget]:focus').waitFor()

    await page.keyboard.press('Enter')
    await menu.getByRole('button', { name: keys, exact: true }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.locator('[popovertarget]:focus').waitFor()
  })

  test.each(['ko', 'en'] as const)('%s: leads to every page by finger at 360 px', async language => {
    const phone = await driver.newContext(360, 740, true)
    try {
      const page = await phone.newPage()
      const touch = await phone.newCDPSession(page)
      await driver.signIn(page, '/console', language)
      const sections = page.locator('.console-sections a')
      await sections.first().waitFor()
      // From the first page to the last and back: the line is pushed both ways.
      for (let index = 1; index < (await sections.count()); index++) await tapInto(touch, sections.nth(index))
      expect(await sections.count()).toBeGreaterThanOrEqual(7)
      await tapInto(touch, sections.first())
    } finally {
      await phone.close()
    }
  })

  /** Pushes the line of pages until this one is in view, and taps on it; again, where the line has moved meanwhile. */
  async function tapInto(touch: CDPSession, link: Locator): Promise<void> {
    await until(
      async () => {
        if ((await link.getAttribute('aria-current')) === 'page') return true
        const { x, y, width, height } = (await link.boundingBox())!
        if (await isInView(link)) await link.page().touchscreen.tap(x + width / 2, y + height / 2)
        else await push(touch, y + height / 2, x < 0 ? 150 : -150)
        return false
      },
      { what: 'the page of the narrow menu that is tapped on' },
    )
    expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(44)
  }

  async function push(touch: CDPSession, y: number, byX: number): Promise<void> {
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y }] })
    await send('touchStart', 180)
    for (let step = 1; step <= 10; step++) await send('touchMove', 180 + (byX * step) / 10)
    await send('touchEnd')
  }
})
