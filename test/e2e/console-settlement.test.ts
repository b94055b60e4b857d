/** Settlement and reconciliation in a browser: an approver sends a payout file to the bank, and a break is resolved by two people. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { ReconBreak } from '../../shared/reconciliation/ports.ts'
import { until as waitUntil } from '../../shared/runtime/until.ts'
import { full } from '../support/in-full.ts'
import { ids } from '../support/rows.ts'
import { SettlementConsole } from '../support/settlement-console.ts'
import type { PlantedFile } from '../support/settlement-rows.ts'
import { inspect, isEveryLook, openSearch, untilClosed } from './console-driver.ts'
import { type Language, launchBrowser } from './shop-driver.ts'

jest.setTimeout(120_000)

let browser: Browser
let room: SettlementConsole
let planted: PlantedFile
let made: ReconBreak
let context: BrowserContext
let page: Page

beforeAll(async () => {
  room = await SettlementConsole.start('console_settlement_pages')
  await room.addOperator('view', 'viewer')
  await room.addOperator('kim', 'operator')
  await room.addOperator('lee', 'approver')
  await plantOthers()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await room?.stop()
})
beforeEach(async () => {
  const viewport = { width: 1440, height: 900 }
  context = await browser.newContext({ locale: 'ko-KR', viewport, reducedMotion: 'reduce' })
  page = await context.newPage()
  planted = await room.plantFile(['moonlight-mobile', 'tea-house', 'book-shop'])
  made = await room.plantBreak(1_000)
})
afterEach(() => context.close())

/** Something on every page. */
async function plantOthers(): Promise<void> {
  await room.plantFile(['moonlight-mobile'], 'USD')
  await room.plantBreak(-52_300, { class: 'MISSING_HERE', sourceId: 'bank-operating', differences: {} })
  await room.plantBreak(12, { class: 'FEE', differences: { fee: { expected: 150, found: 162 } } })
  const { direct } = room.scratch
  const at = new Date('2026-01-02')
  await direct.write(
    'INSERT INTO settlement_funds (day, currency, required, safeguarded, statement_day, calculated_at) VALUES ?',
    [
      [
        ['2026-01-01', 'KRW', '184220510', '184220510', '2026-01-01', at],
        ['2026-01-02', 'KRW', '184220510', '180000000', null, at],
      ],
    ],
  )
  await direct.write(
    `INSERT INTO recon_file (file_id, source_id, name, sha256, external_id, revision, day, due_on, line_count, matched_to, state, failure, received_at)
     VALUES ?`,
    [
      [
        [
          FILE,
          'acquirer',
          'ACQ-20260102-KRW.csv',
          '1'.repeat(64),
          'ACQ-20260102-KRW',
          1,
          at,
          at,
          1204,
          1204,
          'DONE',
          null,
          at,
        ],
        [
          BAD_FILE,
          'acquirer',
          'ACQ-20260103-KRW.csv',
          '2'.repeat(64),
          null,
          null,
          null,
          null,
          0,
          0,
          'REJECTED',
          'line 3: the sum differs',
          at,
        ],
      ],
    ],
  )
  await direct.write('INSERT INTO recon_file_total (file_id, currency, line_count, net) VALUES (?)', [
    [FILE, 'KRW', 1204, 184_220_510],
  ])
}

const FILE = 'rcf_01M8HT4C7Q2W9E5R8T1Y6V3B0N'
const BAD_FILE = 'rcf_01M8HT4C7Q2W9E5R8T1Y6V3B0P'

const addressOf = (path: string, language: Language): string =>
  `${room.shopUrl}/console${path}${path.includes('?') ? '&' : '?'}lang=${language}`

async function signIn(name: string, path: string, language: Language = 'ko'): Promise<void> {
  const secret = await room.linkFor(name)
  // An address that differs by its fragment alone would not be opened anew.
  await page.goto('about:blank')
  await page.goto(`${addressOf(path, language)}#${secret}`)
  await page.getByText(name, { exact: true }).waitFor()
}

const rows = () => page.locator('.rows tbody tr')
const heading = (name: string) => page.getByRole('heading', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const dialog = () => page.getByRole('dialog')
const breakPath = () => `/reconciliation/breaks/${made.breakId}`

/** As a dialog sends it, without its own fields. */
const newWrite = () => ({ key: `console:${ids.event().slice(4)}`, reason: 'mine' })

/** Fills in why, sends, and waits until it was done. */
async function confirm(name: string): Promise<void> {
  await dialog().getByRole('textbox', { name: '사유' }).fill('the usual run')
  await dialog().getByRole('button', { name, exact: true }).click()
  await page.locator('dialog[data-write="done"]').waitFor()
  await dialog().getByRole('button', { name: '닫기' }).click()
  await untilClosed(page)
}

describe('the overview', () => {
  test('counts what waits in these rooms', async () => {
    await signIn('view', '')
    const figure = (part: string) => page.locator(`[data-part="${part}"][data-tone="undecided"] .figure`)
    const { direct } = room.scratch
    const breaks = await direct.count(
      "SELECT COUNT(*) FROM recon_break WHERE state IN ('OPEN', 'ASSIGNED', 'PROPOSED')",
    )
    const files = await direct.count("SELECT COUNT(*) FROM payout_file WHERE state = 'PREPARED'")
    await figure('breaks').getByText(`${breaks}건`, { exact: true }).waitFor()
    await figure('payoutFiles').getByText(`${files}건`, { exact: true }).click()
    await until(async () => (await rows().count()) === files)
    await page.goBack()
    await figure('funds').getByText('₩4,220,510', { exact: true }).click()
    await rows().filter({ hasText: '₩4,220,510' }).waitFor()
  })
})

describe('a payout file', () => {
  test('is found, looked at and approved by an approver; the page and the log say so', async () => {
    await signIn('lee', '/settlement/files?state=PREPARED')
    await page.getByRole('link', { name: planted.file.fileId }).click()
    await heading(`지급 파일 ${planted.file.fileId}`).waitFor()
    await until(async () => (await rows().count()) === 3)
    await button('승인').click()
    await dialog()
      .getByText(/3건, ₩[\d,]+을 은행으로 보냅니다/)
      .waitFor()
    expect(await dialog().textContent()).toContain(`POST /operator/payout-files/${planted.file.fileId}/approve`)
    await confirm('승인')

    // What is approved is sent by the job of the next minute, which may be this one.
    await page
      .locator('.payment-heading')
      .getByText(/^(승인됨|발송)$/)
      .waitFor()
    await button('승인').waitFor({ state: 'detached' })
    expect(await room.audited(planted.file.fileId)).toEqual([
      { actor: 'lee', action: 'payout-file.approved', reason: 'the usual run' },
    ])
  })

  test('cannot be approved by an operator, who is told who may, and may cancel a payout of it', async () => {
    await signIn('kim', `/settlement/files/${planted.file.fileId}`)
    await rows().first().waitFor()
    expect(await button('승인').isDisabled()).toBe(true)
    await page.getByText('이 일은 승인자가 합니다.').waitFor()
    const [payout] = planted.payouts
    await button(`지급 취소 ${payout!.payoutId}`).click()
    await confirm('지급 취소')

    await rows().filter({ hasText: payout!.payoutId }).getByText('취소', { exact: true }).waitFor()
    await page.getByText(/^2$/).first().waitFor()
  })

  test('is only looked at by a viewer', async () => {
    await signIn('view', `/settlement/files/${planted.file.fileId}`)
    await rows().first().waitFor()
    expect(await button('승인').isDisabled()).toBe(true)
    expect(await button('파일 취소').isDisabled()).toBe(true)
    await page.getByText('조회자는 볼 수만 있습니다. 이 일은 승인자가 합니다.').waitFor()
  })

  test('leads to its batches, and a batch to what it pays for', async () => {
    const [batch] = planted.batches
    await signIn('view', '/settlement?merchantId=moonlight-mobile')
    await page.getByRole('link', { name: batch!.batchId }).click()
    await heading(`정산 배치 ${batch!.batchId}`).waitFor()
    await page.getByRole('link', { name: /^pay_/ }).waitFor()
    await page.getByRole('link', { name: planted.file.fileId }).click()
    await heading(`지급 파일 ${planted.file.fileId}`).waitFor()
  })
})

/** 15 days from 2026-11-01 on, of which the newest one has two batches. */
const plantDays = (merchantId: string) =>
  room.plantBatches(merchantId, [
    ...Array.from({ length: 15 }, (_, index) => ({
      ...{ periodEnd: `2026-11-${String(index + 1).padStart(2, '0')}`, dueOn: '2026-11-20', netMinor: 1_000 },
    })),
    { periodEnd: '2026-11-15', dueOn: '2026-11-20', state: 'PAID', netMinor: 500 },
  ])

describe('the sums of a merchant by day', () => {
  test('lead to the batches of a day and of a state, back, and to earlier days', async () => {
    await plantDays('day-by-day')
    await signIn('view', '/settlement?merchantId=day-by-day')
    const sums = page.getByRole('table', { name: 'day-by-day의 기간 종료일별 합계' })
    const batches = page.getByRole('table', { name: '정산', exact: true })
    const sumOf = (day: string) => sums.locator('tbody tr').filter({ hasText: day })
    await sumOf('2026-11-15').getByRole('link', { name: '₩1,500' }).click()
    await until(async () => (await batches.locator('tbody tr').count()) === 2)
    await until(async () => (await sums.locator('tbody tr').count()) === 1)

    await sumOf('2026-11-15').getByRole('link', { name: '₩500' }).click()
    await until(async () => (await batches.locator('tbody tr').count()) === 1)
    await batches.getByText('지급됨', { exact: true }).waitFor()
    await page.getByRole('link', { name: '최근 날짜' }).click()
    await until(async () => (await sums.locator('tbody tr').count()) === 14)
    await page.getByRole('link', { name: '이전 날짜' }).click()
    await sumOf('2026-11-01').waitFor()
    expect(await sums.locator('tbody tr').count()).toBe(1)
  })

  full('are by the day of payment, too', async () => {
    await plantDays('day-of-payment')
    await signIn('view', '/settlement?merchantId=day-of-payment')
    await page.getByRole('link', { name: '지급일 기준' }).click()
    const row = page.getByRole('table', { name: 'day-of-payment의 지급일별 합계' }).locator('tbody tr')
    await row.getByRole('link', { name: '₩15,500' }).waitFor()
    expect(page.url()).toContain('by=due')
    expect(await row.count()).toBe(1)
  })
})

describe('a batch whose payouts all failed', () => {
  test('is allowed another by an approver, who is told when it is made; then nothing is offered', async () => {
    const { batchId } = await room.plantUsedUpBatch('five-times')
    await signIn('lee', `/settlement/batches/${batchId}`)
    await page.getByText('이 배치의 지급 5번이 모두 실패했거나 취소되었습니다.').waitFor()
    await button('지급 한 번 더 허용').click()
    expect(await dialog().textContent()).toContain(`POST /operator/settlements/${batchId}/retry`)
    await dialog().getByRole('textbox', { name: '사유' }).fill('계좌를 바로잡음')
    await dialog().getByRole('button', { name: '지급 한 번 더 허용' }).click()
    await dialog().getByText('6회차 지급을').waitFor()
    await dialog().getByRole('button', { name: '닫기' }).click()
    await untilClosed(page)

    await button('지급 한 번 더 허용').waitFor({ state: 'detached' })
    expect(await room.audited(batchId)).toEqual([{ actor: 'lee', action: 'batch.retried', reason: '계좌를 바로잡음' }])
  })

  test('is found from the page of what waits for an approver, among those of its kind alone', async () => {
    const { batchId } = await room.plantUsedUpBatch('found-as-used-up')
    await signIn('lee', '/settlement/files')
    await page.getByRole('link', { name: '지급 횟수를 다 쓴 배치도 승인자를 기다립니다' }).click()
    await page.getByRole('combobox', { name: '지급', exact: true }).waitFor()
    expect(await page.getByRole('combobox', { name: '지급', exact: true }).inputValue()).toBe('true')
    await rows().filter({ hasText: batchId }).waitFor()
    // Of the files of these tests each payout is the first one.
    expect(await rows().filter({ hasText: 'moonlight-mobile' }).count()).toBe(0)
    await rows().getByRole('link', { name: batchId }).click()
    await page.getByText('이 배치의 지급 5번이 모두 실패했거나 취소되었습니다.').waitFor()
  })

  test('cannot be allowed another by an operator, who is told who may', async () => {
    const { batchId } = await room.plantUsedUpBatch('five-times-more')
    await signIn('kim', `/settlement/batches/${batchId}`)
    await page.getByText('이 일은 승인자가 합니다.').waitFor()
    expect(await button('지급 한 번 더 허용').isDisabled()).toBe(true)
  })
})

describe('a break', () => {
  test('has a note in its history, with who wrote it; without words it is not sent', async () => {
    await signIn('kim', breakPath())
    await button('메모 남기기').click()
    await dialog().getByRole('button', { name: '메모 남기기' }).click()
    await dialog().getByText('메모를 적으세요.').waitFor()
    await dialog().getByRole('textbox', { name: '메모' }).fill('카드사가 금요일에 바로잡는다고 함')
    await dialog().getByRole('button', { name: '메모 남기기' }).click()
    await page.locator('dialog[data-write="done"]').waitFor()
    await dialog().getByRole('button', { name: '닫기' }).click()
    await untilClosed(page)

    const row = rows().filter({ hasText: '카드사가 금요일에 바로잡는다고 함' })
    await row.getByText('kim', { exact: true }).waitFor()
    await row.getByText('메모', { exact: true }).waitFor()
    await row.locator('time').waitFor()
    expect(await room.audited(made.breakId)).toEqual([
      { actor: 'kim', action: 'break.acted', reason: '카드사가 금요일에 바로잡는다고 함' },
    ])
  })

  test('is proposed by an operator and approved by an approver, by keyboard alone', async () => {
    await signIn('kim', breakPath())
    await button('처리 제안').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: '보낼 계정' }).selectOption('acquirer_fee')
    await page.getByRole('textbox', { name: /금액/ }).focus()
    await page.keyboard.type('400')
    await page.getByRole('textbox', { name: '사유' }).focus()
    await page.keyboard.type('수수료 인상')
    await dialog().getByRole('button', { name: '처리 제안' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('dialog[data-write="done"]').waitFor()
    await page.keyboard.press('Escape')
    await untilClosed(page)
    await page
      .getByText('kim 님의 제안: ₩400을 매입사 수수료 계정으로. 제안하지 않은 다른 승인자가 결정합니다.')
      .waitFor()
    expect(await button('제안 승인').isDisabled()).toBe(true)

    await context.clearCookies()
    await signIn('lee', breakPath())
    await button('제안 승인').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: '사유' }).focus()
    await page.keyboard.type('확인함')
    await page.keyboard.press('Tab')
    await dialog().getByRole('button', { name: '제안 승인' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('dialog[data-write="done"]').waitFor()
    await page.keyboard.press('Escape')
    await untilClosed(page)

    await page.locator('.payment-amount').filter({ hasText: '₩600' }).waitFor()
    expect(await room.audited(made.breakId)).toEqual([
      { actor: 'lee', action: 'break.acted', reason: '확인함' },
      { actor: 'kim', action: 'break.acted', reason: '수수료 인상' },
    ])
  })

  test('cannot be approved by an approver who proposed it', async () => {
    await signIn('lee', breakPath())
    await button('처리 제안').click()
    await page.getByRole('combobox', { name: '보낼 계정' }).selectOption('own_funds')
    await confirm('처리 제안')
    await page.getByText('직접 제안했으므로 다른 승인자가 결정해야 합니다.').waitFor()
    expect([await button('제안 승인').isDisabled(), await button('제안 거절').isDisabled()]).toEqual([true, false])
  })

  full.each([
    ['ko', /^₩52,300 .*은행 거래 명세서에는 해당하는 줄이 없습니다\.$/, '예상 ₩52,300'],
    ['en', /^₩52,300 .*the bank’s statements have no line of it\.$/, 'expected ₩52,300'],
  ] as const)('whose line did not come is headlined by what was expected: %s', async (language, headline, listed) => {
    const missing = { class: 'MISSING_THERE' as const, sourceId: 'bank-operating', movements: [] }
    const { breakId } = await room.plantBreak(0, {
      ...missing,
      differences: { amount: { expected: 52_300, found: 0 }, dueOn: '2026-01-02' },
    })
    await signIn('view', `/reconciliation/breaks/${breakId}`, language)
    await page.locator('.payment-heading').waitFor()
    expect(await page.locator('.payment-heading').textContent()).toMatch(headline)
    await inspectAndWiden(`${language}-settlement-missed`)
    await page.goto(`${room.shopUrl}/console/reconciliation/breaks?lang=${language}`)
    await rows().filter({ hasText: breakId }).getByText(listed, { exact: true }).waitFor()
  })

  test('that changed meanwhile is told, and nothing is done', async () => {
    await signIn('kim', breakPath())
    await button('담당 지정').click()
    const headers = await room.headersOf('lee')
    const reason = newWrite()
    const path = `reconciliation/breaks/${made.breakId}/assign`
    expect((await room.post(path, { ...reason, version: 0, assignee: 'lee' }, headers)).status).toBe(200)
    await dialog().getByRole('textbox', { name: '사유' }).fill('제가 봅니다')
    await dialog().getByRole('button', { name: '담당 지정' }).click()
    await dialog().getByText('그사이 다른 사람이 조치했습니다. 다시 확인하세요.').waitFor()
    expect(await room.audited(made.breakId)).toHaveLength(1)
  })

  test('a class leads from the sums to its list; tabs and filters stand in the address', async () => {
    await signIn('view', '/reconciliation')
    await page.getByRole('link', { name: '금액 부족' }).click()
    // The page of the sums has rows, too.
    await page.waitForURL(/class=AMOUNT_UNDER/)
    await page.getByRole('link', { name: '닫힘', exact: true }).waitFor()
    await rows().first().waitFor()
    await page.getByRole('link', { name: '닫힘', exact: true }).click()
    await page.getByText('조건에 맞는 불일치가 없습니다.').waitFor()
    expect(page.url()).toContain('tab=closed')
    await page.goBack()
    await rows().first().waitFor()
  })

  full('that could not be loaded says so with its request id, and never that it is awaited', async () => {
    const body = JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: '', requestId: 'req_1', details: {} })
    const headers = { 'x-request-id': 'req_planted' }
    await page.route('**/operator/reconciliation/breaks/*', route =>
      route.fulfill({ status: 503, contentType: 'application/json', headers, body }),
    )
    await signIn('view', breakPath())
    const alert = page.getByRole('alert')
    await alert.getByText('불일치를 불러오지 못했습니다').waitFor()
    expect(await alert.textContent()).toContain('req_planted')
    expect(await page.locator('main').textContent()).not.toMatch(/대기|불러오고/)
  })
})

describe('the search', () => {
  test.each(['ko', 'en'] as const)(
    'leads to the page that shows a payout, a file, a break or an account: %s',
    async language => {
      const payout = planted.payouts[0]!
      const batchPath = `/settlement/batches/${payout.batchId}`
      await signIn('view', '', language)
      for (const [id, path] of [
        [payout.payoutId, batchPath],
        [payout.batchId, batchPath],
        [planted.file.fileId, `/settlement/files/${planted.file.fileId}`],
        [made.breakId, breakPath()],
        [made.subject, breakPath()],
        ['ACQ-20260102-KRW', `/reconciliation/files/${FILE}`],
      ] as const) {
        await page.goto(`${room.shopUrl}/console/lookup?lang=${language}&id=${encodeURIComponent(id)}`)
        await page.waitForURL(url => url.pathname === `/console${path}`)
      }
      // By its key, from any page.
      const field = await openSearch(page)
      await field.fill(payout.payoutId)
      await page.keyboard.press('Enter')
      await page.waitForURL(url => url.pathname === `/console${batchPath}`)
    },
  )
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await waitUntil(isSo, { what: 'the rows' })
}

async function inspectAndWiden(label: string): Promise<void> {
  await inspect(page, label)
  await page.setViewportSize({ width: 1440, height: 900 })
}

describe('every page: axe finds nothing, nothing scrolls sideways, English is complete', () => {
  test.each(['ko', 'en'] as const)('%s', async language => {
    const longWord = { ...newWrite(), reason: `https://acquirer.example/${'tickets/'.repeat(30)}` }
    const noted = `reconciliation/breaks/${made.breakId}/note`
    expect((await room.post(noted, longWord, await room.headersOf('kim'))).status).toBe(200)
    await plantDays(`looked-at-days-${language}`)
    const { batchId } = await room.plantUsedUpBatch(`looked-at-${language}`)
    await signIn('kim', '/settlement', language)
    const pages = [
      ['batches', '/settlement'],
      ['days', `/settlement?merchantId=looked-at-days-${language}`],
      ['used-up-list', '/settlement?usedUp=true'],
      ['batch', `/settlement/batches/${planted.batches[0]!.batchId}`],
      ['files', '/settlement/files'],
      ['file', `/settlement/files/${planted.file.fileId}`],
      ['payouts', '/settlement/payouts'],
      ['funds', '/settlement/funds'],
      ['recon', '/reconciliation'],
      ['breaks', '/reconciliation/breaks'],
      ['break', breakPath()],
      ['recon-files', '/reconciliation/files'],
      ['recon-file', `/reconciliation/files/${FILE}`],
      ['bad-file', `/reconciliation/files/${BAD_FILE}`],
    ] as const
    const usual: readonly string[] = ['batches', 'days', 'file', 'funds', 'break']
    for (const [label, path] of pages.filter(([label]) => isEveryLook || usual.includes(label))) {
      await page.goto(addressOf(path, language))
      await page.locator('.rows, .room-facts, .facts').first().waitFor()
      await page.waitForLoadState('networkidle')
      await inspectAndWiden(`${language}-settlement-${label}`)
      if (language === 'en') expect((await page.locator('main').textContent())?.match(/[가-힣]+/g)).toBeNull()
    }
    await page.goto(addressOf(breakPath(), language))
    await page.getByRole('button', { name: language === 'ko' ? '처리 제안' : 'Propose', exact: true }).click()
    await inspectAndWiden(`${language}-settlement-propose`)
    await page.goto(addressOf(breakPath(), language))
    await page.getByRole('button', { name: language === 'ko' ? '메모 남기기' : 'Write a note', exact: true }).click()
    await inspectAndWiden(`${language}-settlement-note`)
    await page.goto(addressOf(`/settlement/batches/${batchId}`, language))
    const retry = language === 'ko' ? '지급 한 번 더 허용' : 'Allow another payout'
    // kim may not: it is looked at as it is.
    await page.getByRole('button', { name: retry, exact: true }).waitFor()
    await inspectAndWiden(`${language}-settlement-used-up`)
  })

  full('rows are 36 px and amounts at the right in figures of one width; what waits is amber, never red', async () => {
    await signIn('view', '/settlement/files')
    await rows().first().waitFor()
    expect((await rows().nth(1).boundingBox())?.height).toBe(36)
    const style = (name: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('.rows td.amount')).getPropertyValue('${name}')`)
    expect([await style('text-align'), await style('font-variant-numeric')]).toEqual(['right', 'tabular-nums'])
    expect(await page.locator('.tag-undecided').count()).toBeGreaterThan(0)
    expect(await page.locator('.tag-bad').count()).toBe(0)
  })
})
