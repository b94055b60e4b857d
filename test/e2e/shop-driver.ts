/** Drives the shop in a real Chromium, the way a buyer would, and keeps what went over the wire. */
import { readFile } from 'node:fs/promises'
import { type Browser, type BrowserContext, chromium, type Locator, type Page, type Request } from 'playwright-core'
import type { PaymentDetailView } from '../../shared/contracts/routes/get-payment.ts'
import type { OperationListView } from '../../shared/contracts/routes/list-operations.ts'
import { until } from '../../shared/runtime/until.ts'

export type Language = 'ko' | 'en'

/** The words by which a person finds their way; a renamed button must fail these tests. */
export const words = {
  ko: {
    pay: '선택 상품 결제하기',
    paid: '결제가 완료됐어요',
    refund: /전액 환불하기/,
    refunded: '환불이 완료됐어요',
    declined: '카드사가 거절했어요',
    held: '금액을 잡아 뒀어요',
    later: /나중에 매입/,
    unknown: '아직 결과를 확인하지 못했어요',
    checkAgain: '지금 확인',
    down: '지금은 결제 서버에 연결할 수 없어요',
    slow: /평소보다 조금 오래/,
    again: '새로 구매하기',
    followed: '모든 기록이 도착했어요.',
    decliningCard: /잔액이 부족한 카드/,
    slowCard: /응답이 느린 카드/,
  },
  en: {
    pay: 'Pay for the selected item',
    paid: 'Your payment is complete',
    refund: /Refund all of/,
    refunded: 'Your refund is complete',
    declined: 'The card company declined',
    held: 'The amount is on hold',
    later: /Capture later/,
    unknown: 'We could not confirm the result yet',
    checkAgain: 'Check now',
    down: 'The payment server cannot be reached right now',
    slow: /taking longer than usual/,
    again: 'New purchase',
    followed: 'Every record has arrived.',
    decliningCard: /Insufficient-funds card/,
    slowCard: /Card that answers slowly/,
  },
} as const

/** Addresses of the running system, from the run file that its starter keeps. */
export async function addresses(): Promise<{ shopUrl: string; apiUrl: string }> {
  const path = process.env.PAY_RUN_FILE
  if (!path) throw new Error('PAY_RUN_FILE must name the run.json of a running system (`npm test` sets it)')
  const { env } = JSON.parse(await readFile(path, 'utf8')) as { env: { SHOP_URL: string; API_URL: string } }
  return { shopUrl: env.SHOP_URL, apiUrl: env.API_URL }
}

/** Each browser has a fresh profile of its own, and talks to nobody but the shop. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROME_PATH || '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** Waits until an expression has this value in the page: where the focus is, say, which a page moves when it has been drawn. */
export async function untilPageSays(page: Page, expression: string, value: unknown): Promise<void> {
  await until(
    async () => {
      const said = await page.evaluate(expression)
      if (said !== value) throw new Error(`it says ${JSON.stringify(said)}`)
      return true
    },
    { what: `${expression} to be ${JSON.stringify(value)}`, intervalMs: 20 },
  )
}

/** What the shop asks of the API, and none of its own modules. */
const API_PATHS = /:\d+\/(payments|health|sandbox)\//

export type Mutation = 'authorize' | 'capture' | 'refund' | 'void'

export interface ShopOptions {
  language?: Language
  width?: number
  /** For a test that meddles with the clock, which all tabs of a context share. */
  ownContext?: boolean
  /** Another API than that of the system under test. */
  apiUrl?: string
}

/** Tabs share what the browser has cached, which saves seconds a test; each has a session of its own. */
async function sharedContext(browser: Browser): Promise<BrowserContext> {
  const [open] = browser.contexts()
  return open ?? browser.newContext({ locale: 'ko-KR', permissions: ['clipboard-read', 'clipboard-write'] })
}

/** One tab on the shop, with the requests that it sent. */
export class ShopTab {
  readonly page: Page
  readonly language: Language
  readonly mutations: Request[] = []

  private constructor(page: Page, language: Language) {
    this.page = page
    this.language = language
    page.on('request', request => {
      if (request.method() === 'POST') this.mutations.push(request)
    })
  }

  static async open(browser: Browser, options: ShopOptions = {}): Promise<ShopTab> {
    const { language = 'ko', width = 1440, ownContext = false, apiUrl } = options
    const context = ownContext ? await browser.newContext({ locale: 'ko-KR' }) : await sharedContext(browser)
    const tab = new ShopTab(await context.newPage(), language)
    await tab.page.setViewportSize({ width, height: 900 })
    if (apiUrl !== undefined) await tab.askInstead(apiUrl)
    const { shopUrl } = await addresses()
    await tab.page.goto(`${shopUrl}/?lang=${language}`)
    await tab.payButton.waitFor()
    return tab
  }

  get words() {
    return words[this.language]
  }

  get payButton(): Locator {
    return this.page.getByRole('button', { name: this.words.pay, exact: true })
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { name, exact: true })
  }

  entry(type: string): Locator {
    return this.page.locator(`[data-entry="${type}"]`)
  }

  /** Labels are what a buyer clicks: the radio itself is drawn over. */
  async choose(label: string | RegExp): Promise<void> {
    await this.page.locator('label').filter({ hasText: label }).click()
  }

  async pay(): Promise<void> {
    await this.payButton.click()
  }

  async waitForPaid(): Promise<void> {
    await this.heading(this.words.paid).waitFor()
  }

  /** The address of the order that the tab shows, for another tab. */
  async orderPath(): Promise<string> {
    return `/orders/${await this.paymentId()}`
  }

  /** Another page of the shop in this tab, as if its address had been typed. */
  async visit(path: string): Promise<void> {
    const { shopUrl } = await addresses()
    await this.page.goto(`${shopUrl}${path}?lang=${this.language}`)
  }

  async refund(): Promise<void> {
    await this.page.getByRole('button', { name: this.words.refund }).click()
  }

  /** Every ledger entry and published event is on the page. */
  async waitForFollowed(): Promise<void> {
    await this.page.getByText(this.words.followed).waitFor({ timeout: 30_000 })
  }

  async paymentId(): Promise<string> {
    const text = await this.page.locator('.receipt').textContent()
    const found = /pay_[0-9A-Z]{26}/.exec(text ?? '')
    if (!found) throw new Error(`no payment id on the receipt: ${text}`)
    return found[0]
  }

  sent(operation: Mutation): Request[] {
    return this.mutations.filter(request => request.url().includes(`/payments/${operation}`))
  }

  keysOf(operation: Mutation): string[] {
    return this.sent(operation).map(
      request => request.headers()['idempotency-key'] ?? request.postDataJSON().idempotencyKey,
    )
  }

  /** Lets the first request through to the API, then loses its answer on the way back. */
  async loseFirstAnswer(operation: Mutation): Promise<void> {
    let lost = false
    await this.page.route(`**/payments/${operation}**`, async route => {
      if (lost) return route.continue()
      lost = true
      await route.fetch()
      await route.abort('connectionreset')
    })
  }

  /** The first request reaches the API at once; its answer comes to the page when it is released. */
  async holdAnswer(operation: Mutation): Promise<{ release(): void }> {
    const released = Promise.withResolvers<void>()
    await this.page.route(
      `**/payments/${operation}**`,
      async route => {
        const answer = await route.fetch()
        await released.promise
        await route.fulfill({ response: answer })
      },
      { times: 1 },
    )
    return { release: released.resolve }
  }

  /** The first request never reaches the API and is never answered. */
  async holdFirstRequest(operation: Mutation): Promise<void> {
    await this.page.route(`**/payments/${operation}**`, () => {}, { times: 1 })
  }

  /** Makes the API unreachable, as the page finds it on its next load. Needs a context of its own. */
  async cutOff(): Promise<void> {
    await this.page.route(API_PATHS, route => route.abort('connectionrefused'))
    await this.page.clock.install()
    await this.page.reload()
    await this.page.getByText(this.words.down).waitFor()
  }

  /** Lets the page's own clock run ahead until it says that the outcome is unknown. Needs `cutOff`. */
  async outwaitPatience(): Promise<void> {
    await until(
      async () => {
        await this.page.clock.fastForward(4_000)
        return this.heading(this.words.unknown).isVisible()
      },
      { what: 'an outcome that is said to be unknown' },
    )
  }

  private async askInstead(apiUrl: string): Promise<void> {
    await this.page.route(API_PATHS, route => {
      const { pathname, search } = new URL(route.request().url())
      return route.continue({ url: apiUrl + pathname + search })
    })
  }

  async reconnect(): Promise<void> {
    await this.page.unrouteAll()
  }

  async overflowX(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  }

  async close(): Promise<void> {
    await this.page.close()
  }
}

/** What the API itself says of a payment. */
export async function paymentInApi(paymentId: string): Promise<PaymentDetailView> {
  return getJson(`/payments/${paymentId}`)
}

/** How often the API carried out each kind of operation on a payment. */
export async function operationCounts(paymentId: string): Promise<Record<string, number>> {
  const { operations } = await getJson<OperationListView>(`/payments/${paymentId}/operations`)
  const counts: Record<string, number> = {}
  for (const { kind } of operations) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** The shop's payments, newest first. */
export async function shopPaymentIds(): Promise<string[]> {
  const { items } = await getJson<{ items: { paymentId: string }[] }>('/payments?merchantId=moonlight-mobile&limit=100')
  return items.map(item => item.paymentId)
}

async function getJson<T>(path: string): Promise<T> {
  const { apiUrl } = await addresses()
  const response = await fetch(apiUrl + path, { headers: { connection: 'close' } })
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}
