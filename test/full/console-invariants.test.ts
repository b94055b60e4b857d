/** The console's page of the invariants in a browser, on a system of its own: running them, a corruption, and what is shown of both. */
import './console-looks/all-looks.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { verify } from '../../scripts/operate/verify/settle.ts'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { everyInvariant } from '../../shared/invariants/catalogue.ts'
import { until } from '../../shared/runtime/until.ts'
import { ConsoleDriver, inspect, untilClosed } from '../e2e/console-driver.ts'
import type { Language } from '../e2e/shop-driver.ts'
import type { TestDatabase } from '../support/database.ts'
import { PaymentApi } from '../support/http.ts'
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts'
import { captured, newMerchant } from '../support/payments.ts'

jest.setTimeout(120_000)

const TOTAL = everyInvariant.length

let own: OwnSystem
let driver: ConsoleDriver
let database: TestDatabase
let context: BrowserContext
let page: Page
let paymentId: string

beforeAll(async () => {
  own = await startOwnSystem('invariants', undefined, {}, { web: true })
  driver = await ConsoleDriver.open('invariants', ['operator', 'viewer'], own.system)
  database = driver.database
  const api = new PaymentApi(own.system.apiUrl)
  paymentId = (await captured(api, { merchantId: newMerchant() })).paymentId
  const settled = await verify(own.system, { settleMs: 60_000, graceMs: 60_000 })
  expect([settled.ok, settled.pending]).toEqual([true, 0])
}, 240_000)
afterAll(async () => {
  await driver?.close()
  await own?.stop()
}, 120_000)
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

async function open(role: OperatorRole = 'operator', language: Language = 'ko'): Promise<void> {
  await driver.signIn(page, '/console/invariants', language, role)
  await page.getByRole('heading', { name: language === 'ko' ? '불변식' : 'Invariants', exact: true }).waitFor()
}

const verdict = () => page.locator('.invariant-verdict')
const broken = (name: string) => page.locator(`.invariant-broken [data-rule="${name}"]`)

/** By the page, as an operator does it. Resolves when the page shows what this run found. */
async function runNow(reason: string): Promise<void> {
  await page.getByRole('button', { name: '지금 검사' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '사유' }).fill(reason)
  await dialog.getByRole('button', { name: '지금 검사' }).click()
  await dialog.getByText('처리되었습니다').waitFor()
  await dialog.getByRole('button', { name: '닫기' }).click()
  await untilClosed(page)
  const [run] = await database.rows('SELECT run_id FROM verify_run ORDER BY run_id DESC LIMIT 1')
  await page.locator(`[data-run="DONE"][data-run-id="${run!.run_id}"]`).waitFor({ timeout: 60_000 })
}

/** Runs `work` while the books are wrong about one payment. */
async function whileCorrupted(work: () => Promise<void>): Promise<void> {
  const change = (by: string) =>
    database.write(`UPDATE ledger_entry SET amount = amount ${by} WHERE payment_id = ? AND entry_type = 'capture'`, [
      paymentId,
    ])
  expect(await change('- 1')).toBe(1)
  try {
    await work()
  } finally {
    await change('+ 1')
  }
}

describe('running the invariants', () => {
  test('by keyboard alone: asked for with a reason, followed to its end, and all hold', async () => {
    await database.write('DELETE FROM verify_run')
    await open()
    await page.getByText('보관된 전체 검사가 아직 없습니다.').waitFor()
    await page.getByRole('button', { name: '지금 검사' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('POST /operator/verify-runs').waitFor()
    await dialog.getByRole('textbox', { name: '사유' }).focus()
    await page.keyboard.type('월 마감 전')
    expect(await dialog.locator('pre').textContent()).toMatch(/"key": "console:[0-9A-Z]{26}"/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.getByText('처리되었습니다').waitFor()
    await page.keyboard.press('Escape')
    await untilClosed(page)

    await page.getByText(`불변식 ${TOTAL}개가 모두 성립합니다`).waitFor({ timeout: 60_000 })
    expect(await page.locator('.invariant-group .invariant-rule').count()).toBe(TOTAL)
    expect(await page.locator('[data-state="broken"]').count()).toBe(0)
    const [row] = await database.rows("SELECT actor, reason FROM audit_log WHERE action = 'verify.requested'")
    expect(row).toEqual({ actor: driver.operators.nameOf('operator'), reason: '월 마감 전' })
  })

  test('a corruption is shown first, and leads to the payment', async () => {
    await open()
    await whileCorrupted(async () => {
      await runNow('something looks wrong')
      await page.getByText(`불변식 ${TOTAL}개 중`).waitFor()
      expect(Number(await verdict().getAttribute('data-broken'))).toBeGreaterThan(1)
      const rule = broken('captured-in-ledger')
      expect(await rule.textContent()).toContain('결제의 매입 분개를 더하면 매입 금액이다.')
      expect(await rule.locator('.tag-bad').textContent()).toBe('깨짐')
      const top = await page.locator('.invariant-broken').boundingBox()
      const groups = await page.locator('.invariant-group').first().boundingBox()
      expect(top!.y).toBeLessThan(groups!.y)
      await rule.getByRole('link', { name: paymentId }).first().click()
      await page.getByRole('heading', { name: `결제 ${paymentId}` }).waitFor()
    })
    await page.goBack()
    await page.getByText(`불변식 ${TOTAL}개 중`).waitFor()
    await runNow('it was put right')
    await page.getByText(`불변식 ${TOTAL}개가 모두 성립합니다`).waitFor()
    expect(await page.locator('.invariant-broken').count()).toBe(0)
  })

  test('is not for viewers, who are told so', async () => {
    await open('viewer')
    await page.getByText('지금 검사하려면 운영자 역할이 필요합니다.').waitFor()
    expect(await page.getByRole('button', { name: '지금 검사' }).count()).toBe(0)
  })

  test('is refused while somebody else’s run goes on, and that run is not followed', async () => {
    await page.clock.install()
    const reads: string[] = []
    page.on('request', request => {
      if (request.url().endsWith('/operator/verify-runs/last')) reads.push(request.url())
    })
    await open()
    await verdict().waitFor()
    await database.write(
      `INSERT INTO verify_run (run_id, state, open_run, asked_by, asked_at, lease_until, progress)
       VALUES ('vrf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'RUNNING', 1, 'kim', ?, ?, ?)`,
      [
        new Date(),
        new Date(Date.now() + 3_600_000),
        JSON.stringify({ decisions: 1, records: 2, payments: 3_000, lines: 4, answers: 5 }),
      ],
    )
    try {
      await page.getByRole('button', { name: '지금 검사' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox', { name: '사유' }).fill('x')
      await dialog.getByRole('button', { name: '지금 검사' }).click()
      await dialog.getByText('kim 님이 요청한 검사가 진행 중입니다.').waitFor()
      await dialog.getByRole('button', { name: '닫기' }).click()
      await page.getByText('결제 3,000').waitFor()
      expect(await page.getByRole('button', { name: '지금 검사' }).isDisabled()).toBe(true)
      const before = reads.length
      await page.clock.runFor(60_000)
      expect(reads.length).toBe(before)
    } finally {
      await database.write("DELETE FROM verify_run WHERE run_id = 'vrf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'")
    }
  })
})

describe('what could not be had', () => {
  test('a run without a result is amber, and the last result stays', async () => {
    await database.write(
      `INSERT INTO verify_run (run_id, state, asked_by, asked_at, lease_until, finished_at, progress, problem)
       VALUES ('vrf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ', 'FAILED', 'kim', ?, ?, ?, ?, 'Kafka does not answer')`,
      [
        new Date(),
        new Date(),
        new Date(),
        JSON.stringify({ decisions: 0, records: 0, payments: 0, lines: 0, answers: 0 }),
      ],
    )
    try {
      await open()
      await page.locator('.console-undecided').getByText('Kafka does not answer').waitFor()
      expect(await verdict().textContent()).toBe(`불변식 ${TOTAL}개가 모두 성립합니다`)
      expect(await page.locator('.console-failure').count()).toBe(0)
    } finally {
      await database.write("DELETE FROM verify_run WHERE run_id = 'vrf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'")
    }
  })

  test('a page that could not be loaded says so, with the request id', async () => {
    await open()
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/verify-runs/last', route => route.fulfill(away))
    await page.reload()
    const alert = page.getByRole('alert')
    await alert.getByText('마지막 검사를 불러오지 못했습니다').waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    await page.locator('.invariant-job time').waitFor()
    expect(await page.locator('main').textContent()).not.toMatch(/불러오고|대기|전체 검사가 아직 없습니다/)
  })
})

describe('axe finds nothing, nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    await open('operator', language)
    await verdict().waitFor()
    await inspect(page, `${language}-invariants`)
    await page.getByRole('button', { name: language === 'ko' ? '지금 검사' : 'Check now' }).click()
    await page.getByRole('dialog').waitFor()
    await inspect(page, `${language}-invariants-dialog`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
  })

  test.each(['ko', 'en'] as const)('%s, with broken ones', async language => {
    await whileCorrupted(async () => {
      await open()
      await runNow('a picture')
      await open('viewer', language)
      await broken('captured-in-ledger').waitFor()
      await inspect(page, `${language}-invariants-broken`)
    })
    await open()
    await runNow('put right')
  })

  test('rows are 36 px at least, counts stand at the right in figures of one width, and colours are not needed', async () => {
    await open()
    await verdict().waitFor()
    const heights = await page.evaluate(
      '[...document.querySelectorAll(".invariant-rule")].map(row => row.getBoundingClientRect().height)',
    )
    expect(Math.min(...(heights as number[]))).toBeGreaterThanOrEqual(36)
    const style = (name: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('.invariant-rule .amount')).getPropertyValue('${name}')`)
    expect([await style('text-align'), await style('font-variant-numeric')]).toEqual(['right', 'tabular-nums'])
    await page.emulateMedia({ forcedColors: 'active' })
    expect(await page.evaluate('getComputedStyle(document.querySelector(".invariant-verdict")).borderTopWidth')).toBe(
      '2px',
    )
    expect(await page.locator('.invariant-rule .tag').first().textContent()).toBe('성립')
  })
})

test('the page is loaded when it is first opened', async () => {
  const files: string[] = []
  page.on('request', request => files.push(new URL(request.url()).pathname))
  await driver.signIn(page, '/console', 'ko', 'viewer')
  await page.getByRole('heading', { name: '현황', exact: true }).waitFor()
  const first = files.filter(path => path.startsWith('/assets/')).length
  await page.getByRole('navigation').getByRole('link', { name: '불변식' }).click()
  await page.getByRole('heading', { name: '불변식', exact: true }).waitFor()
  await until(() => files.filter(path => path.startsWith('/assets/')).length > first, { what: 'the page’s own files' })
})
