/** GET /docs in a real browser, in both languages, and its commands in a real shell. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { ApiDocument } from '../../shared/http/docs-page/document.ts'
import { until } from '../../shared/runtime/until.ts'
import { launchBrowser } from '../e2e/shop-driver.ts'
import { advanceDays } from '../support/advance-days.ts'
import { inheritedEnv } from '../support/extra-api.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { authorized } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(90_000)

const { apiUrl } = systemUnderTest()
const api = new PaymentApi(apiUrl)

describe('the page', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(() => context?.close())

  async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    // axe runs in the page, which the page's own policy forbids.
    context = await browser.newContext({ bypassCSP: true, ...options })
    page = await context.newPage()
    complaints = []
    page.on('console', message => complaints.push(message.text()))
    page.on('request', request => {
      if (!request.url().startsWith(apiUrl) && !request.url().startsWith('data:')) complaints.push(request.url())
    })
    await page.goto(`${apiUrl}${path}`)
  }

  const unfoldAll = () => page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

  test.each([
    ['en', 1280, 'light'],
    ['ko', 360, 'dark'],
  ] as const)('%s, %i px, %s: axe finds nothing', async (lang, width, colorScheme) => {
    await open(`/docs?lang=${lang}`, { viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' })
    await unfoldAll()

    const { violations, passes } = await new AxeBuilder({ page }).analyze()

    expect(violations.map(({ id, nodes }) => ({ id, html: nodes.map(node => node.html) }))).toEqual([])
    expect(passes.length).toBeGreaterThan(20)
    expect(await page.locator('html').getAttribute('lang')).toBe(lang)
  })

  test.each(['en', 'ko'])('%s: nothing scrolls sideways at any width', async lang => {
    await open(`/docs?lang=${lang}`)
    await unfoldAll()

    for (const width of [320, 360, 640, 768, 991, 992, 1440]) {
      await page.setViewportSize({ width, height: 800 })
      expect([width, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([width, 0])
    }
  })

  test('needs no script, obeys its own policy and loads nothing from elsewhere', async () => {
    await open('/docs', { javaScriptEnabled: false, bypassCSP: false, locale: 'ko-KR' })

    expect(await page.locator('h1').textContent()).toContain('결제 백엔드')
    expect(complaints).toEqual([])
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('heading', { level: 1, name: 'Payment backend' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('its style is applied under its own policy', async () => {
    await open('/docs?lang=en', { bypassCSP: false, colorScheme: 'dark' })

    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(15, 17, 32)')
    expect(complaints).toEqual([])
  })

  test('a keyboard skips to the content, and a click takes a whole command', async () => {
    await open('/docs?lang=en')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')

    await page.locator('#authorizePayment ~ .command').first().click()
    const selected = String(await page.evaluate('getSelection().toString()'))
    expect(selected.trim()).toBe((await commandOf('authorizePayment')).trim())
  })
})

async function operations(from = api) {
  const document: ApiDocument = (await from.get('/openapi.json')).json
  return Object.values(document.paths).flatMap(item => Object.values(item))
}

async function commandOf(operationId: string): Promise<string> {
  const operation = (await operations()).find(one => one.operationId === operationId)
  return operation!['x-codeSamples'][0]!.source
}

describe('the commands', () => {
  let own: OwnSystem
  let sold: PaymentApi
  beforeAll(async () => {
    own = await startOwnSystem('docs-commands')
    sold = new PaymentApi(own.system.apiUrl)
  }, 180_000)
  afterAll(() => own?.stop())

  /** A batch, files, a break and a dispute, which some commands look for. */
  async function settled(): Promise<void> {
    for (const paymentMethod of ['tok_settle_under', 'tok_settle_chargeback'])
      await authorized(sold, { paymentMethod, capture: true })
    for (const path of ['settlements', 'reconciliation/breaks', 'disputes'])
      await until(
        async () => {
          const { text } = await sold.get(`/${path}?limit=1`)
          if (/(bat|brk|dsp)_/.test(text)) return true
          await advanceDays(sold, 1)
        },
        { what: `the first of /${path}`, deadlineMs: 240_000 },
      )
  }

  test('work as they are, one after the other: a purchase, its refund, and looking at it', async () => {
    await settled()
    // Signing in wants a link of an operator: test/integration/console-sign-in.test.ts.
    const all = (await operations(sold)).filter(({ tags }) => !tags.includes('operator'))
    expect(all.length).toBeGreaterThanOrEqual(11)
    // The purchase of the commands is captured and refunded; this one is left to be voided.
    await authorized(sold)

    for (const { operationId, 'x-codeSamples': samples } of all) {
      // What it saves to a file goes to nobody here.
      const command = samples[0]!.source.replace(/ -o openapi\.json$/, ' -i')
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], { env: inheritedEnv() })
      const status = operationId === 'authorizePayment' ? 201 : 200
      expect([operationId, stdout.slice(0, 300)]).toEqual([
        operationId,
        expect.stringMatching(new RegExp(`^HTTP/1\\.1 ${status} `)),
      ])
    }
  }, 600_000)
})
