/** The console's ledger in a browser against the running system: accounts, one account with its balance after each entry, comparison, and CSV. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { BrowserContext, Page } from 'playwright-core'
import { until } from '../../shared/runtime/until.ts'
import { send } from '../support/http.ts'
import { full } from '../support/in-full.ts'
import { systemUnderTest } from '../support/system.ts'
import { ConsoleDriver, inspect, openSearch } from './console-driver.ts'
import { type Language, untilPageSays } from './shop-driver.ts'

jest.setTimeout(90_000)

const { apiUrl } = systemUnderTest()
const MERCHANT = `ledger-${Date.now()}`
const ACCOUNT = `merchant_payable:${MERCHANT}`
const ACCOUNT_PATH = `/console/ledger/${encodeURIComponent(ACCOUNT)}`
const SALES = 30

let driver: ConsoleDriver
let context: BrowserContext
let page: Page

beforeAll(async () => {
  driver = await ConsoleDriver.open('console ledger', 'viewer')
  for (let at = 0; at < SALES; at++) await sell(at)
  const booked = () => driver.database.count('SELECT COUNT(*) FROM ledger_entry WHERE debit_account = ?', [ACCOUNT])
  await until(async () => (await booked()) === SALES, { what: 'the fees in the ledger' })
})
afterAll(() => driver?.close())
beforeEach(async () => {
  context = await driver.newContext()
  page = await context.newPage()
})
afterEach(() => context.close())

async function sell(at: number): Promise<void> {
  const body = {
    merchantId: MERCHANT,
    amount: 10_000 + at,
    currency: 'KRW',
    idempotencyKey: `${MERCHANT}-${at}`,
    capture: true,
  }
  await send(apiUrl, { method: 'POST', path: '/payments/authorize', body })
}

const signIn = (path: string, language?: Language) => driver.signIn(page, path, language)

const heading = (name: string) => page.getByRole('heading', { name, exact: true })
const entries = () => page.locator('[data-entry]')
const digits = (text: string | null) => Number((text ?? '').replaceAll(/[^\d-]/g, ''))

/** What the ledger says, added up by the database. */
const balance = async () => {
  const [row] = await driver.database.rows<{ total: string }>(
    'SELECT SUM(CASE WHEN debit_account = ? THEN amount ELSE -amount END) AS total FROM ledger_entry WHERE ? IN (debit_account, credit_account)',
    [ACCOUNT, ACCOUNT],
  )
  return Number(row!.total)
}

describe('the accounts', () => {
  test('stand under their control accounts; a merchant is found, and its account opened by keyboard alone', async () => {
    await signIn('/console/payments')
    await page.getByRole('link', { name: '원장', exact: true }).click()
    await heading('원장').waitFor()
    await page.locator('[data-group="acquirer_receivable"]').waitFor()
    // Of more merchants than a page shows, as other tests may have left, it says who adds them up.
    expect(await page.locator('section[aria-labelledby="trial-title"]').textContent()).toMatch(/같음|npm run verify/)

    await page.getByRole('textbox', { name: /가맹점/ }).focus()
    await page.keyboard.type(MERCHANT)
    await page.keyboard.press('Enter')
    const row = page.locator(`[data-account="${ACCOUNT}"]`)
    await row.waitFor()
    await until(async () => (await page.locator('[data-account]').count()) === 1, { what: 'this merchant alone' })
    expect(page.url()).toContain(`merchant=${MERCHANT}`)
    expect(await page.locator('[data-group="acquirer_receivable"]').count()).toBe(0)

    await row.getByRole('link').focus()
    await page.keyboard.press('Enter')
    await entries().first().waitFor()
    await untilPageSays(page, 'document.activeElement.id', 'main')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`가맹점 미지급금 ${ACCOUNT}`)
  })

  test.each([
    ['ko', '표시한 계정 1개만 더한 값', '아래 비교'],
    ['en', 'of the accounts shown (1)', 'The comparison below'],
  ] as const)(
    '%s: of a part of a group are added up, and it says that they are a part',
    async (language, part, below) => {
      await signIn(`/console/ledger?merchant=${MERCHANT}`, language)
      const group = page.locator('[data-group="merchant_payable"]')
      const text = async (cells: string) => (await group.locator(cells).allTextContents()).join('|')
      await group.locator('[data-shown-sum="KRW"]').waitFor()
      expect(await text('[data-shown-sum] td.amount')).toBe(await text('[data-account] td.amount'))
      expect(await group.textContent()).toContain(part)
      // Only a page of all merchants has the comparison.
      expect(await group.textContent()).not.toContain(below)
      await inspect(page, `${language}-ledger-part`)
    },
  )

  full('as of a time before its first entry hold nothing, and the address says the time', async () => {
    await signIn(`/console/ledger?merchant=${MERCHANT}`)
    await page.locator(`[data-account="${ACCOUNT}"]`).waitFor()
    await page.getByLabel('기준 시각').fill('2020-01-01T00:00:00')
    await page.getByRole('button', { name: '적용' }).click()
    const row = page.locator(`[data-account="${ACCOUNT}"]`)
    await until(async () => /₩0/.test((await row.textContent()) ?? ''), { what: 'nothing at that time' })
    expect(decodeURIComponent(page.url())).toMatch(/at=20(19|20)-/)
    await page.getByRole('link', { name: '전체 보기' }).click()
    await page.locator('[data-group="acquirer_receivable"]').waitFor()
  })

  full('that could not be loaded say so with the request id, and nothing of "no accounts"', async () => {
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const away = { status: 503, contentType: 'application/json', headers: { 'x-request-id': 'req_planted' }, body }
    await page.route('**/operator/ledger**', route => route.fulfill(away))
    await signIn('/console/ledger')
    const alert = page.getByRole('alert')
    await alert.getByText('원장을 불러오지 못했습니다').waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    expect(await page.locator('main').textContent()).not.toMatch(/불러오고|아직 분개가|조건에 맞는/)
  })
})

describe('a control account', () => {
  test('is compared with its subledger when somebody asks', async () => {
    await signIn('/console/ledger')
    const control = page.locator('[data-control="merchant_payable"]')
    await control.getByRole('button', { name: '지금 비교' }).click()
    await control.locator('[data-comparison="done"]').waitFor()
    expect(await control.getByRole('status').textContent()).toMatch(/계정 \d+개를 모두 비교했습니다/)
    // Others plant faults in this database: of this merchant nothing is wrong.
    const own = control.locator('.ledger-differing li', { hasText: ACCOUNT })
    expect(await own.locator('[data-result="unequal"]').count()).toBe(0)
  })

  test('that differs says so in words, names the account, and what is under way is amber', async () => {
    const account = (name: string, ledger: string, result: string, events = 0) => ({
      account: `merchant_payable:${name}`,
      currency: 'KRW',
      ledger,
      subledger: '-100',
      underWay: { amount: '-7', events, since: events > 0 ? '2026-11-30T00:00:00.000Z' : null },
      result,
    })
    const accounts = [account('wrong', '-101', 'unequal'), account('late', '-107', 'under_way', 1)]
    const comparison = {
      control: 'merchant_payable',
      comparedAt: '2026-11-30T00:00:00.000Z',
      accounts,
      nextCursor: null,
    }
    await page.route('**/operator/ledger/controls/**', route => route.fulfill({ json: comparison }))
    await signIn('/console/ledger')
    const control = page.locator('[data-control="merchant_payable"]')
    await control.getByRole('button', { name: '지금 비교' }).click()
    const wrong = control.locator('li', { hasText: 'merchant_payable:wrong' })
    expect(await wrong.locator('.tag-bad').textContent()).toContain('다름')
    expect(await wrong.textContent()).toContain('차이 -₩1')
    const late = control.locator('li', { hasText: 'merchant_payable:late' })
    expect(await late.locator('.tag-undecided').textContent()).toContain('진행 중')
    expect(await late.locator('.tag-bad').count()).toBe(0)
    await inspect(page, 'ko-ledger-differing')
  })
})

describe('one account', () => {
  test('shows the balance after each entry; the newest is what all of them add up to, the oldest page ends at the first', async () => {
    await signIn(ACCOUNT_PATH)
    await entries().first().waitFor()
    expect(await entries().count()).toBe(50)
    const balanceCell = (row: number) => entries().nth(row).locator('td').nth(5).textContent()
    expect(digits(await balanceCell(0))).toBe(await balance())
    await page.getByRole('link', { name: '이전 분개' }).click()
    await until(async () => (await entries().count()) === 2 * SALES - 50, { what: 'the rest' })
    const last = 2 * SALES - 51
    expect(digits(await balanceCell(last))).toBe(-10_000)
    expect(page.url()).toMatch(/at=.+cursor=.+/)
    await page.getByRole('link', { name: '최신 분개로' }).click()
    await until(async () => (await entries().count()) === 50, { what: 'the first page again' })
  })

  test('an entry leads to its payment, its event, its other account, where it is marked, and to itself', async () => {
    await signIn(ACCOUNT_PATH)
    const row = entries().first()
    await row.waitFor()
    const entryId = (await row.getAttribute('data-entry'))!
    await row.getByRole('link', { name: 'fee_revenue' }).click()
    await page.locator(`[data-entry="${entryId}"].ledger-marked`).waitFor()
    expect(await page.locator(`[data-entry="${entryId}"]`).textContent()).toContain('찾은 분개')
    await page.locator(`[data-entry="${entryId}"]`).getByRole('link', { name: /^pay_/ }).click()
    await page.locator('[data-operation="capture"]').waitFor()

    // Any entry is found by its id, those of payouts too.
    await openSearch(page)
    await page.keyboard.insertText(entryId)
    await page.keyboard.press('Enter')
    await heading(`분개 ${entryId}`).waitFor()
    await page.getByRole('link', { name: ACCOUNT }).click()
    await page.locator(`[data-entry="${entryId}"].ledger-marked`).waitFor()
  })

  test('is saved as a CSV file that says the same', async () => {
    await signIn(ACCOUNT_PATH)
    await entries().first().waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'CSV 저장' }).click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(new RegExp(`^merchant_payable_${MERCHANT}-KRW-.*\\.csv$`))
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n')
    expect(lines).toHaveLength(2 * SALES + 2)
    expect(lines[0]).toMatch(/^\uFEFF기록 시각\(UTC\),/)
    expect(lines[1]).toContain('이월 잔액')
    expect(lines.at(-1)!.split(',')[6]).toBe(String(await balance()))
    await page.getByText(`분개 ${2 * SALES}개를 저장했습니다.`).waitFor()
  })

  full('that there is not is said, as is an entry that there is not', async () => {
    await signIn('/console/ledger/merchant_payable%3Anobody-at-all')
    await page.getByText('이 이름의 계정에는 분개가 없습니다').waitFor()
    await page.goto(driver.address('/console/ledger/entries/led_01M80000000000000000000000', 'ko'))
    await page.getByText('이 번호의 분개가 없습니다').waitFor()
  })
})

describe('every page: axe finds nothing, nothing scrolls sideways', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    await signIn('/console/ledger', language)
    await page.locator('[data-group="merchant_payable"]').waitFor()
    const control = page.locator('[data-control="acquirer_receivable"]')
    await control.getByRole('button').first().click()
    await control.locator('[data-comparison="done"]').waitFor()
    await inspect(page, `${language}-ledger-accounts`)
    const { entry_id: entryId } = (
      await driver.database.rows<{ entry_id: string }>(
        'SELECT entry_id FROM ledger_entry WHERE credit_account = ? ORDER BY entry_id LIMIT 1 OFFSET 20',
        [ACCOUNT],
      )
    )[0]!
    await page.goto(driver.address(`${ACCOUNT_PATH}?entry=${entryId}`, language))
    await page.locator('.ledger-marked').waitFor()
    await inspect(page, `${language}-ledger-account`)
    if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
    await page.goto(driver.address(`/console/ledger/entries/${entryId}`, language))
    await page.locator('.payment-amount').waitFor()
    await inspect(page, `${language}-ledger-entry`)
  })

  test.each([
    ['ko', '(가상 시각)'],
    ['en', '(virtual time)'],
  ] as const)(
    '%s: an entry names virtual time once its money moved by a clock that was ahead',
    async (language, note) => {
      const [row] = await driver.database.rows<{ entry_id: string }>(
        'SELECT entry_id FROM ledger_entry WHERE credit_account = ? LIMIT 1',
        [ACCOUNT],
      )
      let aheadMs = -1
      await page.route('**/operator/ledger/entries/*', async route => {
        const response = await route.fetch()
        const entry = (await response.json()) as { recordedAt: string }
        const occurredAt = new Date(Date.parse(entry.recordedAt) + aheadMs).toISOString()
        await route.fulfill({ response, json: { ...entry, occurredAt } })
      })
      await signIn(`/console/ledger/entries/${row!.entry_id}`, language)
      await page.locator('.payment-amount').waitFor()
      expect(await page.getByText(note).count()).toBe(0)

      aheadMs = 86_400_000
      await page.reload()
      await page.getByText(note).waitFor()
      expect(await page.locator('main time').count()).toBe(2)
      await inspect(page, `${language}-ledger-entry-virtual`)
    },
  )

  full('nothing to press is printed, and rows are 36 px with figures of one width', async () => {
    await signIn(ACCOUNT_PATH)
    await entries().first().waitFor()
    expect((await entries().nth(1).boundingBox())?.height).toBe(36)
    const numeric = `getComputedStyle(document.querySelector('[data-entry] td.amount')).fontVariantNumeric`
    expect(await page.evaluate(numeric)).toBe('tabular-nums')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('button:visible, input:visible').count()).toBe(0)
  })
})
