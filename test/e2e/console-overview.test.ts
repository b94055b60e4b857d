/** The overview in a browser: figures that lead to their lists, charts with their tables, and what cannot be had. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { sampleReconOverview } from '../../shared/contracts/break-views.ts'
import type { OutboxView } from '../../shared/contracts/routes/get-outbox.ts'
import type { OverviewView } from '../../shared/contracts/routes/get-overview.ts'
import { samplePayoutFile } from '../../shared/contracts/settlement-views.ts'
import { until } from '../../shared/runtime/until.ts'
import { send } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect } from './console-driver.ts'

jest.setTimeout(90_000)

const { apiUrl } = systemUnderTest()
const MERCHANT = `overview-${Date.now()}`
const LISTED = '.rows tbody tr'

let driver: ConsoleDriver
let context: BrowserContext
let page: Page

beforeAll(async () => {
  for (const [number, paymentMethod] of ['tok_approve', 'tok_approve', 'tok_decline'].entries())
    await send(apiUrl, {
      method: 'POST',
      path: '/payments/authorize',
      body: {
        ...{ merchantId: MERCHANT, amount: 500, currency: 'KRW', paymentMethod },
        idempotencyKey: `${MERCHANT}-${number}`,
      },
    })
  driver = await ConsoleDriver.open('console overview', 'viewer')
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

/** The overview, which has rows too, stands until the list has been fetched. */
async function onList(): Promise<void> {
  await page.getByRole('heading', { level: 1, name: '결제', exact: true }).waitFor()
  await page.locator(LISTED).first().waitFor()
}

const part = (name: string) => page.locator(`[data-part="${name}"]`)

/** The API's answer with changes. */
async function answering(change: (overview: OverviewView) => void): Promise<void> {
  await page.route('**/operator/overview', async route => {
    const answer = await route.fetch()
    const overview = (await answer.json()) as OverviewView
    change(overview)
    await route.fulfill({ response: answer, json: overview })
  })
}

const unknownOperation = {
  operationId: 'op_01M81Y01T0ZB6J3W9H5XE8R2QN',
  paymentId: 'pay_01M81XZHJW17YGZNRCM5X9JWX9',
  ...{ kind: 'capture' as const, amount: 500, currency: 'KRW', claimedAt: '2026-11-22T06:00:00.000Z' },
}

/** The answers of settlement and reconciliation, as if there were something to do there. */
async function withWork(): Promise<void> {
  const recon = sampleReconOverview()
  const [open] = recon.open
  recon.open = [{ ...open!, count: 3, byAge: { '0-1': 1, '2-5': 0, '6-20': 2, '>20': 0 } }]
  const file = { ...samplePayoutFile(), state: 'PREPARED', executeOn: '2026-11-20' }
  const day = { day: '2026-11-27', calculatedAt: '2026-11-27T15:05:00.412Z', safeguarded: '0', statementDay: null }
  const days = [
    { ...day, currency: 'KRW', required: '4220510', missing: '4220510' },
    { ...day, currency: 'USD', required: '1250', missing: '1250' },
  ]
  await page.route('**/operator/reconciliation', route => route.fulfill({ json: recon }))
  await page.route('**/operator/payout-files?*', route => route.fulfill({ json: { items: [file], nextCursor: null } }))
  await page.route('**/operator/funds', route => route.fulfill({ json: { days } }))
}

/** Each of these tiles is read by itself: the one that was asked for last need not come last. */
async function untilWorkIsShown(): Promise<void> {
  for (const name of ['breaks', 'payoutFiles', 'funds'])
    await page.locator(`[data-part="${name}"][data-tone="undecided"]`).waitFor()
}

describe('the overview', () => {
  test('is what the console begins with, and each figure leads to its list', async () => {
    await driver.signIn(page)
    await part('payments').locator('.figure').waitFor()
    expect(await part('payments').locator('.figure').textContent()).toMatch(/^\d+(\.\d)?%$/)
    expect(await part('acquirer').locator('.figure').textContent()).toMatch(/^p95 (\d+ ms|\d+\.\d초|\d+분 \d\d초)$/)
    expect(await part('unknown').locator('.figure').textContent()).toMatch(/^\d+건$/)

    const requested = part('payments').getByRole('link', { name: /^승인 요청 중/ })
    const { searchParams } = new URL((await requested.getAttribute('href'))!, page.url())
    expect([searchParams.get('tab'), searchParams.get('from'), searchParams.get('to')]).toEqual([
      ...['requested', expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)],
    ])

    await part('payments')
      .getByRole('link', { name: /거절·실패/ })
      .click()
    await onList()
    expect(new URL(page.url()).searchParams.get('tab')).toBe('refused')
    await page.locator(LISTED).filter({ hasText: MERCHANT }).first().waitFor()

    await page.goBack()
    await part('acquirer').locator('.figure a').click()
    expect(new URL(page.url()).hash).toBe('#slowest-title')
    const sample = page.locator('section[aria-labelledby="slowest-title"] p time')
    expect(await sample.textContent()).toMatch(/^20\d\d\. .* GMT.*부터 5분마다 최신 200건까지, 모두 [\d,]+건 중에서/)
    const seenMs = Date.now() - Date.parse((await sample.getAttribute('datetime'))!)
    expect(Math.round(seenMs / 3_600_000)).toBe(1)
    const slowest = page.getByRole('table', { name: '가장 느린 작업' }).getByRole('link')
    const paymentId = (await slowest.first().textContent())!.trim()
    await slowest.filter({ hasText: paymentId }).first().click()
    await page.getByRole('heading', { name: `결제 ${paymentId}` }).waitFor()
  })

  full('each bar stands in a table as well, and its row leads to the payments of those five minutes', async () => {
    await driver.signIn(page)
    await part('payments').locator('summary').click()
    const counted = part('payments').locator(LISTED)
    await until(async () => (await counted.count()) === 12, { what: 'twelve times five minutes' })
    const bars = await part('payments').locator('svg rect').count()
    expect(bars).toBeGreaterThanOrEqual(2)
    const busy = counted.filter({ has: page.locator('td:nth-child(2)', { hasText: /[1-9]/ }) }).last()
    const approved = Number((await busy.locator('td').nth(1).textContent())!.replace(/\D/g, ''))
    await busy.getByRole('link').click()
    await onList()
    expect(await page.locator(LISTED).count()).toBeGreaterThanOrEqual(Math.min(50, approved))
  })

  full('a part that cannot be had says why, and hides no other', async () => {
    await answering(overview => {
      overview.deadLetters = null
      overview.consumers = null
      overview.missing = [
        { part: 'deadLetters', reason: 'unavailable' },
        { part: 'consumers', reason: 'not_yet' },
      ]
    })
    await driver.signIn(page)
    await part('deadLetters').getByText('확인하지 못했습니다').waitFor()
    await part('consumers').getByText('아직 확인한 적이 없습니다').waitFor()
    expect(await part('deadLetters').textContent()).not.toMatch(/0|대기/)
    expect(await part('deadLetters').getAttribute('data-tone')).toBe('unknown')
    await part('payments').locator('svg').waitFor()
  })

  test('an outcome that is not known is amber and leads to its payment; what is broken is red', async () => {
    const { paymentId } = unknownOperation
    await answering(overview => {
      overview.unknown = { operations: 1, oldest: [unknownOperation] }
      overview.invariants = { rules: 60, failed: 2, checkedAt: overview.asOf, passEndedAt: null }
    })
    await driver.signIn(page)
    await page.getByRole('table', { name: '결과 미확인 작업' }).getByRole('link', { name: paymentId }).waitFor()
    await part('unknown').getByRole('heading', { name: '결과 미확인 작업' }).waitFor()
    expect(await part('payments').textContent()).not.toContain('결과 미확인')
    expect(await part('unknown').getAttribute('data-tone')).toBe('undecided')
    expect(await part('invariants').getAttribute('data-tone')).toBe('bad')
    expect(await part('invariants').textContent()).toContain('위반 2')
  })

  test.each([
    ['ko', '(가상 시각)'],
    ['en', '(virtual time)'],
  ] as const)('virtual time is named where it stands, once the clock was moved: %s', async (language, words) => {
    let virtualAheadMs = 0
    await withWork()
    await answering(overview => {
      overview.virtualAheadMs = virtualAheadMs
      overview.unknown = { operations: 1, oldest: [unknownOperation] }
    })
    await driver.signIn(page, '/console', language)
    await untilWorkIsShown()
    expect(await page.getByText(words).count()).toBe(0)

    virtualAheadMs = 86_400_000
    await page.reload()
    await untilWorkIsShown()
    for (const name of ['payments', 'payoutFiles', 'funds']) expect(await part(name).getByText(words).count()).toBe(1)
    expect(await page.locator('section[aria-labelledby="unknown-title"]').getByText(words).count()).toBe(1)
    // Real times have no such words.
    expect(await page.getByText(words).count()).toBe(4)
    await inspect(page, `${language}-overview-virtual`)
  })

  test.each([
    ['ko', ['3일 04시간', '2시간 05분', '59.9초', '320 ms']],
    ['en', ['3 d 04 h', '2 h 05 min', '59.9 s', '320 ms']],
  ] as const)('a long time is told in its largest units: %s', async (language, words) => {
    await answering(overview => {
      const { acquirer, asOf } = overview
      const times = [273_600_000, 7_500_000, 59_999, 320]
      const { operationId, paymentId, kind } = unknownOperation
      const own = { paymentId, kind, answeredAt: asOf }
      const slowest = times.map((tookMs, index) => ({ ...own, operationId: `${operationId}${index}`, tookMs }))
      overview.acquirer = { ...acquirer!, p95Ms: times[0]!, slowest }
    })
    await driver.signIn(page, '/console', language)
    await part('acquirer').locator('.figure').getByText(`p95 ${words[0]}`, { exact: true }).waitFor()
    const rows = page.locator('section[aria-labelledby="slowest-title"]').locator(LISTED)
    expect(await rows.locator('td:nth-child(3)').allTextContents()).toEqual(words)
    await inspect(page, `${language}-overview-slowest`)
  })

  test('an event that is late is amber here and among the events, and one that is on its way in neither', async () => {
    let ageMs = 11_000
    const createdAt = (asOf: string) => new Date(Date.parse(asOf) - ageMs).toISOString()
    await answering(overview => {
      overview.outbox = { waiting: 115, oldestCreatedAt: createdAt(overview.asOf), parked: 0 }
    })
    await page.route('**/operator/outbox', async route => {
      const answer = await route.fetch()
      const outbox = (await answer.json()) as OutboxView
      Object.assign(outbox.shards[0]!, {
        waiting: { count: 115, atLeast: false },
        oldestWaiting: { topic: 'payment.captured', subjectId: 'pay_1', createdAt: createdAt(outbox.asOf) },
      })
      await route.fulfill({ response: answer, json: outbox })
    })
    const waiting = page.locator('.outbox tbody tr').first().getByText('115', { exact: true })
    await driver.signIn(page)
    await page.locator('[data-part="outbox"][data-tone="undecided"]').waitFor()
    await part('outbox').locator('.figure a').click()
    await waiting.waitFor()
    expect(await waiting.getAttribute('class')).toBe('tag tag-undecided')

    ageMs = 1_000
    await page.goto(driver.address('/console', 'ko'))
    await page.locator('[data-part="outbox"][data-tone="good"]').waitFor()
    await part('outbox').locator('.figure a').click()
    await waiting.waitFor()
    expect(await waiting.getAttribute('class')).toBe('tag tag-plain')
  })

  test('what settlement and reconciliation wait for is amber, and leads to its list', async () => {
    await withWork()
    await driver.signIn(page)
    await page.locator('[data-part="breaks"][data-tone="undecided"]').waitFor()
    expect(await part('breaks').textContent()).toBe('미해결 불일치3건1영업일 초과 2건')
    await page.locator('[data-part="payoutFiles"][data-tone="undecided"]').waitFor()
    expect(await part('payoutFiles').textContent()).toContain('1건가장 오래된 파일의 집행일 2026-11-20준비')
    await page.locator('[data-part="funds"][data-tone="undecided"]').waitFor()
    expect(await part('funds').locator('.figure').textContent()).toBe('₩4,220,510 · $12.50')
    expect(await part('funds').textContent()).toContain('2026-11-27 마감 기준 · 명세서 없음')

    for (const [name, path, title] of [
      ['breaks', '/console/reconciliation/breaks', '불일치'],
      ['payoutFiles', '/console/settlement/files?state=PREPARED', '지급 파일'],
      ['funds', '/console/settlement/funds', '정산자금'],
    ] as const) {
      await part(name).locator('.figure a').click()
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
      expect(page.url()).toContain(path)
      await page.goBack()
    }
  })

  test('without any settlement there is nothing to do; what could not be loaded says so in its tile alone', async () => {
    const none = { items: [], nextCursor: null }
    await page.route('**/operator/reconciliation', route =>
      route.fulfill({ json: { open: [], suspense: [], files: [] } }),
    )
    await page.route('**/operator/payout-files?*', route => route.fulfill({ json: none }))
    await page.route('**/operator/funds', route => route.fulfill({ json: { days: [] } }))
    await driver.signIn(page)
    for (const name of ['breaks', 'payoutFiles', 'funds']) {
      await page.locator(`[data-part="${name}"][data-tone="good"]`).waitFor()
      expect(await part(name).locator('.figure').textContent()).toBe('없음')
    }

    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/funds', route => route.fulfill(away))
    await page.getByRole('button', { name: '새로 고침' }).click()
    await part('funds').getByText('불러오지 못했습니다').waitFor()
    expect(await part('funds').textContent()).toContain('req_planted')
    expect(await part('funds').textContent()).not.toMatch(/없음|0|대기/)
    expect(await part('funds').getAttribute('data-tone')).toBe('unknown')
    expect(await part('breaks').getAttribute('data-tone')).toBe('good')
    await part('payments').locator('svg').waitFor()
  })

  test.each(['ko', 'en'] as const)('axe finds nothing, and nothing scrolls sideways: %s', async language => {
    await withWork()
    await driver.signIn(page, '/console', language)
    await untilWorkIsShown()
    await part('payments').locator('summary').click()
    await part('acquirer').locator('summary').click()
    await inspect(page, `${language}-overview`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
  })

  full('is printed with its figures and bars, without anything to press', async () => {
    await driver.signIn(page)
    await part('payments').locator('.figure').waitFor()
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('button:visible, input:visible').count()).toBe(0)
    expect(await page.locator('.figure:visible').count()).toBe(10)
  })
})
